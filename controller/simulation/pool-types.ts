import { isDeepEqual } from "../api/equality";
import type { NodeOverlay } from "../api/node-overlay";
import type { InstanceType } from "../scheduling/instance-type";
import { type Overlaid, overlaid } from "../scheduling/overlay";
import type { PoolTypes } from "../scheduling/overlay-targets";
import type { Snapshot } from "../state/snapshot";

/** Instance types by name of the node class that can launch them. */
export type Catalog = ReadonlyMap<string, readonly InstanceType[]>;

/** Pools, and the overlays that may speak of their types. */
export type PoolsAndOverlays = Pick<Snapshot, "pools" | "overlays">;

/**
 * What each pool can launch, and at what price, as overlays make it. Pools whose class can launch
 * nothing now are not there.
 */
export const typesByPool = (look: PoolsAndOverlays, catalog: Catalog): Overlaid["instanceTypes"] =>
  overlaidPools(look, catalog).instanceTypes;

/** The same, with what became of each overlay. As long as nothing changes, the types are the very same objects. */
export function overlaidPools({ pools, overlays = [] }: PoolsAndOverlays, catalog: Catalog): Overlaid {
  const known = pools.flatMap((pool) => {
    const instanceTypes = catalog.get(pool.spec.template.spec.nodeClassRef.name);
    return instanceTypes === undefined ? [] : [{ pool, instanceTypes }];
  });
  return overlays.length === 0 ? overlaid([], known) : answerTo({ overlays, pools: known });
}

interface Question {
  readonly overlays: readonly NodeOverlay[];
  readonly pools: readonly PoolTypes[];
}

let last: { readonly question: Question; readonly answer: Overlaid } | undefined;

/** Overlays, pools' labels and catalogs outlive many plans, so the last answer is kept. */
function answerTo(question: Question): Overlaid {
  if (last === undefined || !isSame(last.question, question)) {
    last = { question, answer: overlaid(question.overlays, question.pools) };
  }
  return last.answer;
}

const isSame = (a: Question, b: Question): boolean =>
  isEachSame(a.overlays, b.overlays, isSameOverlay) && isEachSame(a.pools, b.pools, isSamePool);

/** Their status is what follows from the answer. */
const isSameOverlay = (a: NodeOverlay, b: NodeOverlay): boolean =>
  a.metadata.name === b.metadata.name && isDeepEqual(a.spec, b.spec);

/** Of a pool only its name and its labels matter; its status changes with every node. */
const isSamePool = (a: PoolTypes, b: PoolTypes): boolean =>
  a.instanceTypes === b.instanceTypes &&
  a.pool.metadata.name === b.pool.metadata.name &&
  isDeepEqual(a.pool.spec.template.metadata?.labels, b.pool.spec.template.metadata?.labels);

const isEachSame = <T>(a: readonly T[], b: readonly T[], isSameItem: (a: T, b: T) => boolean): boolean =>
  a.length === b.length &&
  a.every((item, position) => {
    const { [position]: other } = b;
    return other !== undefined && isSameItem(item, other);
  });
