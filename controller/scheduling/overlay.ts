import { byWeight, type NodeOverlay } from "../api/node-overlay";
import { problemsOfOverlay } from "../api/validate-node-overlay";
import type { InstanceType } from "./instance-type";
import { decorated } from "./overlay-decoration";
import { type Clash, OverlayLedger } from "./overlay-ledger";
import { type PoolTypes, targetsOf } from "./overlay-targets";

/** What became of an overlay, in the words of its condition `ValidationSucceeded`. */
export type Verdict =
  | { readonly because: "ValidationSucceeded" }
  | { readonly because: "RuntimeValidation" | "Conflict"; readonly message: string };

export interface Overlaid {
  /**
   * Pool name → its types as overlays make them. A pool that is not here was not looked at, since nobody knows what it
   * can launch: nothing may be planned or compared with it.
   */
  readonly instanceTypes: ReadonlyMap<string, readonly InstanceType[]>;
  /** By name of the overlay. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** What is wanted of one pool. */
interface PoolLedger {
  readonly types: PoolTypes;
  readonly ledger: OverlayLedger;
}

/**
 * Lays overlays over the instance types of pools (https://karpenter.sh/docs/concepts/nodeoverlays/). The heaviest
 * overlay that speaks of an offering's price or of a resource is heeded; one that is invalid, or of the same weight as
 * another that speaks of the same thing, is left out everywhere, also where it would do no harm.
 */
export function overlaid(overlays: readonly NodeOverlay[], pools: readonly PoolTypes[]): Overlaid {
  const ledgers = pools.map((types) => ({ types, ledger: new OverlayLedger() }));
  const verdicts = new Map<string, Verdict>();
  for (const overlay of [...overlays].sort(byWeight)) verdicts.set(overlay.metadata.name, enter(overlay, ledgers));
  return {
    verdicts,
    instanceTypes: new Map(ledgers.map(({ types, ledger }) => [types.pool.metadata.name, typesOf(types, ledger)])),
  };
}

/** All or nothing: an overlay that clashes in one pool is entered in none. */
function enter(overlay: NodeOverlay, ledgers: readonly PoolLedger[]): Verdict {
  const problems = problemsOfOverlay(overlay);
  if (problems.length > 0) return { because: "RuntimeValidation", message: problems.join("; ") };
  const wanted = ledgers.flatMap(({ types, ledger }) =>
    targetsOf(overlay, types).map((target) => ({ pool: types.pool.metadata.name, ledger, target })),
  );
  for (const { pool, ledger, target } of wanted) {
    const clash = ledger.clash(overlay, target);
    if (clash !== undefined) return { because: "Conflict", message: explain(clash, pool) };
  }
  for (const { ledger, target } of wanted) ledger.record(overlay, target);
  return { because: "ValidationSucceeded" };
}

const explain = ({ with: other, over }: Clash, pool: string): string =>
  `NodeOverlay ${other.metadata.name} of the same weight speaks of ${over} (NodePool ${pool}) as well`;

function typesOf({ instanceTypes }: PoolTypes, ledger: OverlayLedger): readonly InstanceType[] {
  if (ledger.isEmpty) return instanceTypes;
  return instanceTypes.map((type) => {
    const change = ledger.changeOf(type);
    return change === undefined ? type : decorated(type, change);
  });
}
