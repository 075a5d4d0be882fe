import { keyOf, type KubeObject } from "../api/kube-object";
import type { Pod, PodVolume, VolumeClaimSpec } from "../api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../api/storage";
import { type Attachment, attachmentOf, driverOfProvisioner, placesOfVolume } from "./persistent-volume";
import { inBoth, merged } from "./places";
import type { Volumes } from "./problem";
import { none, type Requirements, requirementsOf } from "./requirements";

/** Where a pod can reach all its volumes: alternatives, or why there is no telling. */
export type Places = { readonly alternatives: readonly Requirements[] } | { readonly refusal: string };

const anywhere: Places = { alternatives: [none] };
const refuse = (refusal: string): Places => ({ refusal });

/** Of EKS Auto Mode: neither its driver nor this label is on any node but its own. */
const foreignDrivers: ReadonlySet<string> = new Set(["ebs.csi.eks.amazonaws.com"]);
const foreignTopologies: ReadonlySet<string> = new Set(["eks.amazonaws.com/compute-type"]);

/** On a claim once it and its volume point to each other; before, the kube-scheduler does not take it for bound. */
const bindCompleted = "pv.kubernetes.io/bind-completed";

/** Looks up claims, volumes and classes by name, once for a whole problem. */
export class VolumeMap {
  readonly #claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly #volumes: ReadonlyMap<string, PersistentVolume>;
  readonly #classes: ReadonlyMap<string, StorageClass>;
  readonly #defaultClass: StorageClass | undefined;

  constructor({ claims, volumes, classes }: Volumes) {
    this.#claims = byKey(claims);
    this.#volumes = byKey(volumes);
    this.#classes = byKey(classes);
    this.#defaultClass = newest(classes.filter(isDefault));
  }

  /** Alternatives that suit every volume of the pod; the pod goes nowhere while one of them can go nowhere. */
  placesOf(pod: Pod): Places {
    let alternatives: readonly Requirements[] = [none];
    for (const volume of pod.spec.volumes ?? []) {
      const places = this.#placesOfPodVolume(pod, volume);
      if ("refusal" in places) return places;
      alternatives = inBoth(alternatives, places.alternatives);
      if (alternatives.length === 0) return refuse(`volume ${volume.name} is where the volumes before it are not`);
    }
    return { alternatives };
  }

  /**
   * What has to be attached for the pod, by CSI driver: each volume once, under a name that is the same for every pod
   * that shares it. Drivers without limits are in it, too; volumes that are not known, or not attached, are not.
   */
  volumesByDriver(pod: Pod): ReadonlyMap<string, ReadonlySet<string>> {
    const attached = new Map<string, Set<string>>();
    for (const volume of pod.spec.volumes ?? []) {
      const attachment = this.#attachmentOf(pod, volume);
      if (attachment === undefined) continue;
      const volumes = attached.get(attachment.driver) ?? new Set();
      attached.set(attachment.driver, volumes.add(attachment.volume));
    }
    return attached;
  }

  #placesOfPodVolume(pod: Pod, { name, persistentVolumeClaim, ephemeral }: PodVolume): Places {
    if (persistentVolumeClaim !== undefined) {
      const key = keyIn(pod, persistentVolumeClaim.claimName);
      const claim = this.#claims.get(key);
      return claim === undefined ? refuse(`volume claim ${key} does not exist`) : this.#placesOfClaim(claim);
    }
    if (ephemeral === undefined) return anywhere;
    const key = keyIn(pod, `${pod.metadata.name}-${name}`);
    const claim = this.#claims.get(key);
    if (claim === undefined || isBound(pod))
      return this.#placesOfClass(ephemeral.volumeClaimTemplate.spec.storageClassName, key);
    return isMadeFor(pod, claim)
      ? this.#placesOfClaim(claim)
      : refuse(`volume claim ${key} is not of the pod's making`);
  }

  #placesOfClaim(claim: PersistentVolumeClaim): Places {
    const key = keyOf(claim);
    const { volumeName, storageClassName } = claim.spec;
    if (claim.metadata.deletionTimestamp !== undefined) return refuse(`volume claim ${key} is being deleted`);
    if (claim.status?.phase === "Lost") return refuse(`volume claim ${key} has lost its volume`);
    return isSet(volumeName) ? this.#placesOfBound(claim, volumeName) : this.#placesOfClass(storageClassName, key);
  }

  #placesOfBound(claim: PersistentVolumeClaim, volumeName: string): Places {
    const key = keyOf(claim);
    const volume = this.#volumes.get(volumeName);
    if (volume === undefined) return refuse(`volume ${volumeName} of claim ${key} does not exist`);
    if (volume.metadata.deletionTimestamp !== undefined) return refuse(`volume ${volumeName} is being deleted`);
    if (claim.metadata.annotations?.[bindCompleted] === undefined)
      return refuse(`volume claim ${key} is not bound to volume ${volumeName} yet`);
    return refusalOfDriver(attachmentOf(volume)?.driver, key) ?? { alternatives: merged(placesOfVolume(volume)) };
  }

  #placesOfClass(name: string | undefined, claim: string): Places {
    const storageClass = this.#classNamed(name);
    if (storageClass === undefined) return refuse(`volume claim ${claim} has no storage class ${name ?? "by default"}`);
    if (storageClass.volumeBindingMode !== "WaitForFirstConsumer")
      return refuse(`volume claim ${claim} is not bound yet, and its class binds immediately`);
    const terms = (storageClass.allowedTopologies ?? []).map(({ matchLabelExpressions = [] }) => matchLabelExpressions);
    const foreign = terms.flat().find(({ key }) => foreignTopologies.has(key));
    if (foreign !== undefined)
      return refuse(`volume claim ${claim} is for nodes with ${foreign.key}, which no pool has`);
    const places = terms
      .filter((term) => term.length > 0)
      .map((term) => requirementsOf(term.map(({ key, values }) => ({ key, operator: "In", values }))));
    const alternatives = places.length === 0 ? [none] : merged(places);
    return refusalOfDriver(driverOfProvisioner(storageClass.provisioner), claim) ?? { alternatives };
  }

  #attachmentOf(pod: Pod, volume: PodVolume): Attachment | undefined {
    const claim = this.#claimOf(pod, volume);
    if (claim === undefined) return undefined;
    const bound = this.#volumes.get(claim.spec.volumeName ?? "");
    if (bound !== undefined) return attachmentOf(bound);
    const storageClass = this.#classNamed(claim.spec.storageClassName);
    return storageClass && { driver: driverOfProvisioner(storageClass.provisioner), volume: claim.key };
  }

  /** What a volume is claimed by, or will be. */
  #claimOf(
    pod: Pod,
    { name, persistentVolumeClaim, ephemeral }: PodVolume,
  ): { readonly key: string; readonly spec: VolumeClaimSpec } | undefined {
    if (persistentVolumeClaim === undefined && ephemeral === undefined) return undefined;
    const key = keyIn(pod, persistentVolumeClaim?.claimName ?? `${pod.metadata.name}-${name}`);
    const spec = this.#claims.get(key)?.spec ?? ephemeral?.volumeClaimTemplate.spec;
    return spec && { key, spec };
  }

  #classNamed(name: string | undefined): StorageClass | undefined {
    return name === undefined ? this.#defaultClass : this.#classes.get(name);
  }
}

const isSet = (text: string | undefined): text is string => text !== undefined && text !== "";

/** The claims of a pod that runs already will go with it; those of its successor are made anew, wherever it goes. */
const isBound = ({ spec }: Pod): boolean => isSet(spec.nodeName);

const isMadeFor = ({ metadata: { uid } }: Pod, { metadata }: PersistentVolumeClaim): boolean =>
  metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) ?? false;

const refusalOfDriver = (driver: string | undefined, claim: string): Places | undefined =>
  driver !== undefined && foreignDrivers.has(driver)
    ? refuse(`volume claim ${claim} needs driver ${driver}, which runs on EKS Auto Mode's own nodes only`)
    : undefined;

const keyIn = ({ metadata: { namespace = "default" } }: Pod, name: string): string => `${namespace}/${name}`;

const byKey = <T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> =>
  new Map(objects.map((object) => [keyOf(object), object]));

const isDefault = ({ metadata }: StorageClass): boolean =>
  metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";

/** Kubernetes takes the newest of several defaults. */
const newest = (classes: readonly StorageClass[]): StorageClass | undefined =>
  [...classes].sort((a, b) => (ageOf(a) < ageOf(b) ? 1 : -1))[0];

const ageOf = ({ metadata }: StorageClass): string => `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
