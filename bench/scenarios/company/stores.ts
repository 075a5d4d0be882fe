import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Volumes } from "#controller/scheduling/problem";
import { pendingPod } from "../objects";
import { zones } from "../real-types";

const DRIVER = "ebs.csi.aws.com";
const NAMESPACE = "stores";

/** Databases, queues and caches: name → replicas and what each asks for. */
const stores = [
  { name: "orders-db", replicas: 3, cpu: "4", memory: "32Gi" },
  { name: "users-db", replicas: 3, cpu: "2", memory: "16Gi" },
  { name: "search-index", replicas: 6, cpu: "3", memory: "24Gi" },
  { name: "events-queue", replicas: 3, cpu: "2", memory: "8Gi" },
  { name: "sessions-cache", replicas: 3, cpu: "500m", memory: "12Gi" },
] as const;

const members = stores.flatMap((store) =>
  Array.from({ length: store.replicas }, (_, index) => ({
    ...store,
    index,
    pod: `${store.name}-${index}`,
    claim: `data-${store.name}-${index}`,
    zone: zones[index % zones.length] ?? zones[0],
  })),
);

/** Each replica on a host of its own, in the zone where its volume is. */
export const storePods: readonly Pod[] = members.map(({ name, pod, claim, cpu, memory }) =>
  pendingPod({
    name: pod,
    namespace: NAMESPACE,
    labels: { app: name },
    requests: { cpu, memory },
    spec: {
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: labels.hostname, labelSelector: { matchLabels: { app: name } } },
          ],
        },
      },
    },
  }),
);

const storageClass: StorageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp3" },
  provisioner: DRIVER,
  volumeBindingMode: "WaitForFirstConsumer",
};

/** The caches are new: their volumes are made where their pods go. */
const isBound = ({ name }: { readonly name: string }): boolean => name !== "sessions-cache";

const claimOf = (member: (typeof members)[number]): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: {
    ...{ name: member.claim, namespace: NAMESPACE, uid: `uid-of-${member.claim}` },
    ...(isBound(member) && { annotations: { "pv.kubernetes.io/bind-completed": "yes" } }),
  },
  spec: { storageClassName: "gp3", ...(isBound(member) && { volumeName: `volume-${member.pod}` }) },
  status: { phase: isBound(member) ? "Bound" : "Pending" },
});

const volumeOf = ({ pod, zone }: (typeof members)[number]): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: `volume-${pod}`, uid: `uid-of-volume-${pod}` },
  spec: {
    csi: { driver: DRIVER },
    storageClassName: "gp3",
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: labels.zone, operator: "In", values: [zone] }] }] },
    },
  },
});

export const storeVolumes: Volumes = {
  claims: members.map(claimOf),
  volumes: members.filter(isBound).map(volumeOf),
  classes: [storageClass],
};
