import { labels } from "#controller/api/labels";
import type { Pod, PodVolume } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Volumes } from "#controller/scheduling/problem";
import { type Draw, pick, some } from "./draw";
import { zones } from "./types";

export const driver = "ebs.csi.aws.com";

/** Claims and volumes, filled up as pods ask for them. */
export class Storeroom {
  readonly #draw: Draw;
  readonly #claims: PersistentVolumeClaim[] = [];
  readonly #volumes: PersistentVolume[] = [];
  readonly #classes: readonly StorageClass[];

  constructor(draw: Draw) {
    this.#draw = draw;
    const late = { provisioner: driver, volumeBindingMode: "WaitForFirstConsumer" } as const;
    this.#classes = [
      { metadata: { name: "late" }, ...late },
      { metadata: { name: "zonal" }, ...late, allowedTopologies: this.#topologies() },
      { metadata: { name: "at-once" }, provisioner: driver, volumeBindingMode: "Immediate" },
    ];
  }

  get volumes(): Volumes {
    return { claims: this.#claims, volumes: this.#volumes, classes: this.#classes };
  }

  /** The pod with a volume of its own. */
  withVolume(pod: Pod): Pod {
    const name = `data-of-${pod.metadata.name}`;
    const kind = pick(this.#draw, ["late", "late", "zonal", "zonal", "bound", "bound", "bound", "missing", "at-once"]);
    const volume: PodVolume = { name: "data", persistentVolumeClaim: { claimName: name } };
    if (kind !== "missing") this.#add(kind, { name, namespace: pod.metadata.namespace ?? "default" });
    return { ...pod, spec: { ...pod.spec, volumes: [volume] } };
  }

  #add(kind: string, metadata: { readonly name: string; readonly namespace: string }): void {
    if (kind !== "bound") {
      this.#claims.push({ metadata, spec: { storageClassName: kind }, status: { phase: "Pending" } });
      return;
    }
    const volumeName = `volume-for-${metadata.namespace}-${metadata.name}`;
    const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
    const spec = { storageClassName: "late", volumeName };
    this.#claims.push({ metadata: { ...metadata, annotations }, spec, status: { phase: "Bound" } });
    this.#volumes.push(this.#volume(volumeName));
  }

  #volume(name: string): PersistentVolume {
    const inZones = some(this.#draw, zones, 20);
    const nodeSelectorTerms = inZones.map((zone) => ({
      matchExpressions: [{ key: labels.zone, operator: "In" as const, values: [zone] }],
    }));
    return { metadata: { name }, spec: { csi: { driver }, nodeAffinity: { required: { nodeSelectorTerms } } } };
  }

  #topologies(): StorageClass["allowedTopologies"] {
    return [{ matchLabelExpressions: [{ key: labels.zone, values: [...some(this.#draw, zones, 50)] }] }];
  }
}
