import { keyOf, type KubeObject } from "#controller/api/kube-object";
import type { Pod, PodVolume } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Problem } from "#controller/scheduling/problem";
import { type Alternatives, hostname } from "./expression";
import { nameOf, type Place, purchasesOf, surelyMeets } from "./place";
import { namespaceOf } from "./selector";

/** A volume that a pod mounts: where it can be reached, and what counts against the node's attachments. */
interface Mount {
  /** The volume or claim; pods that mount the same share one attachment. */
  readonly id: string;
  readonly driver: string | undefined;
  readonly reach: Alternatives | undefined;
  /** Why no pod can mount it. */
  readonly broken?: string;
}

/**
 * In-tree names of drivers that have moved out (https://kubernetes.io/docs/concepts/storage/volumes/#csi-migration).
 */
const movedDrivers: Readonly<Partial<Record<string, string>>> = { "kubernetes.io/aws-ebs": "ebs.csi.aws.com" };

/** Claims, volumes and classes by name. */
export class Storage {
  readonly #claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly #volumes: ReadonlyMap<string, PersistentVolume>;
  readonly #classes: readonly StorageClass[];

  constructor({ volumes: { claims, volumes, classes } }: Problem) {
    this.#claims = named(claims);
    this.#volumes = named(volumes);
    this.#classes = classes;
  }

  mountsOf(pod: Pod): readonly Mount[] {
    return (pod.spec.volumes ?? []).flatMap((volume) => this.#mountOf(pod, volume) ?? []);
  }

  #mountOf(pod: Pod, { name, persistentVolumeClaim, ephemeral }: PodVolume): Mount | undefined {
    if (persistentVolumeClaim === undefined && ephemeral === undefined) return undefined;
    const id = `${namespaceOf(pod)}/${persistentVolumeClaim?.claimName ?? `${pod.metadata.name}-${name}`}`;
    const claim = this.#claims.get(id);
    if (claim === undefined)
      return ephemeral === undefined
        ? broken(id, "does not exist")
        : this.#ofClass(id, ephemeral.volumeClaimTemplate.spec.storageClassName);
    if (persistentVolumeClaim === undefined && !isOwnedBy(claim, pod)) return broken(id, "is somebody else's");
    return this.#ofClaim(id, claim);
  }

  #ofClaim(id: string, { metadata, spec, status }: PersistentVolumeClaim): Mount {
    if (metadata.deletionTimestamp !== undefined) return broken(id, "is being deleted");
    if (status?.phase === "Lost") return broken(id, "is lost");
    if (spec.volumeName === undefined || spec.volumeName === "") return this.#ofClass(id, spec.storageClassName);
    const volume = this.#volumes.get(spec.volumeName);
    if (volume === undefined) return broken(id, "is bound to a volume that does not exist");
    if (volume.metadata.deletionTimestamp !== undefined)
      return broken(id, "is bound to a volume that is being deleted");
    if (metadata.annotations?.["pv.kubernetes.io/bind-completed"] === undefined) return broken(id, "is not bound yet");
    return { ...attachmentOf(volume), reach: reachOf(volume) };
  }

  #ofClass(id: string, name: string | undefined): Mount {
    const found =
      name === undefined ? defaultOf(this.#classes) : this.#classes.find((each) => each.metadata.name === name);
    if (found === undefined) return broken(id, "has no storage class");
    if (found.volumeBindingMode !== "WaitForFirstConsumer") return broken(id, "is to be bound before its pod comes");
    const { allowedTopologies = [], provisioner } = found;
    const reach = allowedTopologies.map(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.map(({ key, values }) => ({ key, operator: "In" as const, values })),
    );
    const driver = movedDrivers[provisioner] ?? provisioner;
    return { id, driver, reach: reach.length === 0 ? undefined : reach };
  }
}

const isOwnedBy = ({ metadata }: PersistentVolumeClaim, pod: Pod): boolean =>
  (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === pod.metadata.uid);

/** An in-tree id may have the zone before it: `aws://us-east-1a/vol-1`. */
function attachmentOf({ metadata, spec }: PersistentVolume): Pick<Mount, "id" | "driver"> {
  const { csi, awsElasticBlockStore: ebs } = spec;
  if (ebs !== undefined) return { id: ebs.volumeID.split("/").at(-1) ?? "", driver: "ebs.csi.aws.com" };
  return { id: csi?.volumeHandle ?? metadata.name, driver: csi?.driver };
}

const named = <T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> =>
  new Map(objects.map((object) => [keyOf(object), object]));

const broken = (id: string, why: string): Mount => ({
  id,
  driver: undefined,
  reach: undefined,
  broken: `${id} ${why}`,
});

/** A volume on a node's own disk names the node; it does not outlive it, so the name does not bind. */
function reachOf({ spec }: PersistentVolume): Alternatives | undefined {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  return terms.map(({ matchExpressions = [] }) =>
    matchExpressions.filter(({ key }) => key !== hostname || (spec.local === undefined && spec.hostPath === undefined)),
  );
}

/** The youngest of those that are marked as default. */
const defaultOf = (classes: readonly StorageClass[]): StorageClass | undefined =>
  classes
    .filter(({ metadata }) => metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true")
    .sort((a, b) => born(b).localeCompare(born(a)))[0];

const born = ({ metadata }: StorageClass): string => `${metadata.creationTimestamp ?? ""} ${metadata.name}`;

/** Every arrival reaches its volumes from its node, and the node can attach them all. */
export function violationsOfVolumes(place: Place, storage: Storage): readonly string[] {
  const mounts = place.arrivals.flatMap((pod) => storage.mountsOf(pod).map((mount) => ({ pod, mount })));
  if (mounts.length === 0) return [];
  const unreached = mounts.flatMap(({ pod, mount }) => {
    const { id, reach, broken: why } = mount;
    if (why !== undefined) return [`${nameOf(pod)} has to wait: volume claim ${why}`];
    if (reach === undefined) return [];
    const [out] = purchasesOf(place).filter((purchase) => !surelyMeets(place, purchase, reach));
    return out === undefined ? [] : [`${nameOf(pod)} cannot reach ${id} from ${place.name} as ${out.text}`];
  });
  const arriving = mounts.map(({ mount }) => mount);
  return [...unreached, ...tooMany(place, arriving, storage)];
}

/** Only a node that is there says how many volumes it can attach. */
function tooMany({ name, state, residents }: Place, arriving: readonly Mount[], storage: Storage): readonly string[] {
  const there = residents.flatMap((pod) => storage.mountsOf(pod));
  return Object.entries(state?.volumeLimits ?? {}).flatMap(([driver, limit]) => {
    const idsOf = (mounts: readonly Mount[]) => mounts.filter((mount) => mount.driver === driver).map(({ id }) => id);
    const before = new Set(idsOf(there));
    const after = new Set([...before, ...idsOf(arriving)]);
    return after.size > before.size && after.size > limit ? [`${name} cannot attach ${after.size} of ${driver}`] : [];
  });
}
