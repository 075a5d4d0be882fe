import { keyOf, type KubeObject } from "../api/kube-object";
import { labels } from "../api/labels";
import type { Pod, PodVolume } from "../api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../api/storage";
import type { Volumes } from "./problem";
import { only } from "./requirement";
import { allOf, both, disagreement, none, type Requirements, requirementsOf } from "./requirements";

/** Where a pod can reach all its volumes: alternatives, or why there is no telling. */
export type Places = { readonly alternatives: readonly Requirements[] } | { readonly refusal: string };

const anywhere: Places = { alternatives: [none] };
const refuse = (refusal: string): Places => ({ refusal });

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

  placesOf(pod: Pod): Places {
    let alternatives: readonly Requirements[] = [none];
    for (const volume of pod.spec.volumes ?? []) {
      const places = this.#placesOfVolume(pod, volume);
      if ("refusal" in places) return places;
      alternatives = combined(alternatives, places.alternatives);
    }
    return { alternatives };
  }

  #placesOfVolume({ metadata }: Pod, { name, persistentVolumeClaim, ephemeral }: PodVolume): Places {
    if (persistentVolumeClaim === undefined && ephemeral === undefined) return anywhere;
    const claimName = persistentVolumeClaim?.claimName ?? `${metadata.name}-${name}`;
    const key = `${metadata.namespace ?? "default"}/${claimName}`;
    const claim = this.#claims.get(key);
    if (claim !== undefined) return this.#placesOfClaim(claim);
    if (ephemeral === undefined) return refuse(`volume claim ${key} does not exist`);
    // The API type leaves the template's spec open; it is that of a PersistentVolumeClaim.
    const { storageClassName } = ephemeral.volumeClaimTemplate.spec as PersistentVolumeClaim["spec"];
    return this.#placesOfClass(storageClassName, key);
  }

  #placesOfClaim(claim: PersistentVolumeClaim): Places {
    const key = keyOf(claim);
    const { volumeName, storageClassName } = claim.spec;
    if (claim.metadata.deletionTimestamp !== undefined) return refuse(`volume claim ${key} is being deleted`);
    if (claim.status?.phase === "Lost") return refuse(`volume claim ${key} has lost its volume`);
    if (volumeName === undefined || volumeName === "") return this.#placesOfClass(storageClassName, key);
    const volume = this.#volumes.get(volumeName);
    if (volume === undefined) return refuse(`volume ${volumeName} of claim ${key} does not exist`);
    if (volume.metadata.deletionTimestamp !== undefined) return refuse(`volume ${volumeName} is being deleted`);
    return { alternatives: placesOfPersistentVolume(volume) };
  }

  #placesOfClass(name: string | undefined, claim: string): Places {
    const storageClass = name === undefined ? this.#defaultClass : this.#classes.get(name);
    if (storageClass === undefined) return refuse(`volume claim ${claim} has no storage class ${name ?? "by default"}`);
    if (storageClass.volumeBindingMode !== "WaitForFirstConsumer")
      return refuse(`volume claim ${claim} is not bound yet, and its class binds immediately`);
    const topologies = storageClass.allowedTopologies ?? [];
    if (topologies.length === 0) return anywhere;
    return {
      alternatives: topologies.map(({ matchLabelExpressions = [] }) =>
        requirementsOf(matchLabelExpressions.map(({ key, values }) => ({ key, operator: "In", values }))),
      ),
    };
  }
}

/** A volume on a node's own disk is not pinned to that node: when the node is gone, so is the volume. */
function placesOfPersistentVolume({ spec }: PersistentVolume): readonly Requirements[] {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [none];
  return terms.map(({ matchExpressions = [] }) =>
    requirementsOf(matchExpressions.filter(({ key }) => spec.csi !== undefined || key !== labels.hostname)),
  );
}

/** Every pair that can be met together; if there is none, one impossible place, so that the pod is refused with a reason. */
function combined(these: readonly Requirements[], those: readonly Requirements[]): readonly Requirements[] {
  const pairs = these.flatMap((a) => those.map((b) => [a, b] as const));
  const possible = pairs.filter(([a, b]) => disagreement(a, b) === undefined);
  if (possible.length === 0) return [allOf([only(labels.zone)])];
  return possible.map(([a, b]) => both(a, b));
}

const byKey = <T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> =>
  new Map(objects.map((object) => [keyOf(object), object]));

const isDefault = ({ metadata }: StorageClass): boolean =>
  metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";

/** Kubernetes takes the newest of several defaults. */
const newest = (classes: readonly StorageClass[]): StorageClass | undefined =>
  [...classes].sort((a, b) => (ageOf(a) < ageOf(b) ? 1 : -1))[0];

const ageOf = ({ metadata }: StorageClass): string => `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
