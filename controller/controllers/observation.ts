import { isNeeded, type Kind, type Kinds } from "../api/kinds";
import type { Observation, Snapshot } from "../state/snapshot";
import { snapshotOf } from "../state/snapshot";
import { buffers } from "./buffer-target";
import type { Context } from "./context";
import { featuresOf } from "./context";

/** The cluster as the caches show it right now, joined with what this process means to do. */
export function observe(context: Pick<Context, "kube" | "clock" | "intentions" | "settings">): Snapshot {
  const { kube, clock, intentions } = context;
  const claims = kube.cached("NodeClaim");
  intentions.settle((name) => claims.get(name), clock.now());
  return snapshotOf(
    {
      at: clock.now(),
      pods: kube.cached("Pod").list(),
      nodes: kube.cached("Node").list(),
      claims: claims.list(),
      pools: kube.cached("NodePool").list(),
      nodeClasses: kube.cached("EC2NodeClass").list(),
      daemonSets: kube.cached("DaemonSet").list(),
      namespaces: kube.cached("Namespace").list(),
      budgets: kube.cached("PodDisruptionBudget").list(),
      volumeClaims: kube.cached("PersistentVolumeClaim").list(),
      volumes: kube.cached("PersistentVolume").list(),
      storageClasses: kube.cached("StorageClass").list(),
      csiNodes: kube.cached("CSINode").list(),
      ...overlays(context),
      ...buffers(context),
      ...workloads(context),
    },
    intentions,
  );
}

/** The overlays, where anybody heeds them. */
export const overlays = ({ kube, settings }: Pick<Context, "kube" | "settings">): Pick<Observation, "overlays"> =>
  settings.featureGates.NodeOverlay ? { overlays: kube.cached("NodeOverlay").list() } : {};

type Workloads = Pick<Observation, "services" | "replicationControllers" | "replicaSets" | "statefulSets">;

/** These are many, so they are mirrored only where somebody looks at them (kinds.ts). */
function workloads({ kube, settings }: Pick<Context, "kube" | "settings">): Workloads {
  const listed = <K extends Kind>(kind: K): readonly Kinds[K][] =>
    isNeeded(kind, featuresOf(settings)) ? kube.cached(kind).list() : [];
  return {
    services: listed("Service"),
    replicationControllers: listed("ReplicationController"),
    replicaSets: listed("ReplicaSet"),
    statefulSets: listed("StatefulSet"),
  };
}
