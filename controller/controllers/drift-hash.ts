import { annotations } from "../api/labels";
import { isTrue } from "../api/conditions";
import { nodeClassHash, nodeClassHashVersion, nodePoolHash, nodePoolHashVersion } from "../api/hash";
import type { Labels, ObjectMeta } from "../api/kube-object";
import type { NodeClaim } from "../api/node-claim";
import type { Reconciler } from "../runtime/reconciler";
import { done } from "../runtime/reconciler";
import type { Context } from "./context";

type Needs = Pick<Context, "kube" | "lookups">;

/**
 * Stamps a pool with the hash of what its machines are made from
 * (https://karpenter.sh/docs/concepts/disruption/#drift).
 */
export function nodePoolHashing({ kube, lookups }: Needs): Reconciler<"NodePool"> {
  const keys = { hash: annotations.nodePoolHash, version: annotations.nodePoolHashVersion };
  return {
    name: "nodepool.hash",
    kind: "NodePool",
    async reconcile(pool) {
      const stamp = { [keys.hash]: nodePoolHash(pool), [keys.version]: nodePoolHashVersion };
      await restamp(kube, { claims: lookups.claimsByPool.get(pool.metadata.name), owner: pool.metadata, keys, stamp });
      if (!carries(pool.metadata, stamp))
        await kube.patch("NodePool", pool.metadata, { metadata: { annotations: stamp } });
      return done;
    },
  };
}

/**
 * Stamps a class with the hash of what cannot change on a machine once it is launched
 * (https://karpenter.sh/docs/concepts/disruption/#drift).
 */
export function nodeClassHashing({ kube, lookups }: Needs): Reconciler<"EC2NodeClass"> {
  const keys = { hash: annotations.nodeClassHash, version: annotations.nodeClassHashVersion };
  return {
    name: "nodeclass.hash",
    kind: "EC2NodeClass",
    async reconcile(nodeClass) {
      const stamp = { [keys.hash]: nodeClassHash(nodeClass), [keys.version]: nodeClassHashVersion };
      const claims = lookups.claimsByNodeClass.get(nodeClass.metadata.name);
      await restamp(kube, { claims, owner: nodeClass.metadata, keys, stamp });
      if (!carries(nodeClass.metadata, stamp)) {
        await kube.patch("EC2NodeClass", nodeClass.metadata, { metadata: { annotations: stamp } });
      }
      return done;
    },
  };
}

interface Restamp {
  readonly claims: readonly NodeClaim[];
  readonly owner: ObjectMeta;
  readonly keys: { readonly hash: string; readonly version: string };
  readonly stamp: Labels;
}

/**
 * When hashes of another version are found (another release of the controller wrote them), they cannot be compared:
 * claims get the present one, except those that have drifted already.
 */
async function restamp(kube: Needs["kube"], { claims, owner, keys, stamp }: Restamp): Promise<void> {
  if (owner.annotations?.[keys.version] === stamp[keys.version]) return;
  for (const claim of claims.filter(({ metadata }) => metadata.annotations?.[keys.version] !== stamp[keys.version])) {
    const fresh = isTrue(claim, "Drifted") ? { [keys.version]: stamp[keys.version] } : stamp;
    await kube.patch("NodeClaim", claim.metadata, { metadata: { annotations: fresh } });
  }
}

const carries = ({ annotations: own }: ObjectMeta, stamp: Labels): boolean =>
  Object.entries(stamp).every(([key, value]) => own?.[key] === value);
