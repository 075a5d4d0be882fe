import { isReady } from "../api/conditions";
import type { Catalog } from "../simulation/pool-types";
import type { Snapshot } from "../state/snapshot";
import type { Context } from "./context";

/**
 * What each ready class can launch, less what claims without a machine yet are to have. A class whose types cannot be
 * had now is left out, and the others go on.
 */
export async function catalogOf(
  { nodeClasses, tracked = [] }: Pick<Snapshot, "nodeClasses"> & Partial<Pick<Snapshot, "tracked">>,
  { cloud, log }: Pick<Context, "cloud" | "log">,
): Promise<Catalog> {
  const open = tracked.filter(({ launched, leaving }) => !launched && !leaving).flatMap(({ claim }) => claim ?? []);
  const entries = await Promise.all(
    nodeClasses.filter(isReady).map(async (nodeClass) => {
      try {
        return [[nodeClass.metadata.name, await cloud.instanceTypes(nodeClass, open)] as const];
      } catch (error) {
        log.error("cannot list instance types", { EC2NodeClass: nodeClass.metadata.name, error });
        return [];
      }
    }),
  );
  return new Map(entries.flat());
}
