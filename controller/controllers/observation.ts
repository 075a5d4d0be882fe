import type { Snapshot } from "../state/snapshot";
import { snapshotOf } from "../state/snapshot";
import type { Context } from "./context";

/** The cluster as the caches show it right now, joined with what this process means to do. */
export function observe({ kube, clock, intentions }: Pick<Context, "kube" | "clock" | "intentions">): Snapshot {
  const claims = kube.cached("NodeClaim");
  intentions.settle((name) => claims.get(name), clock.now());
  return snapshotOf(
    {
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
    },
    intentions,
  );
}
