import type { Aim } from "./pod-class";
import type { Backlog } from "./backlog";
import { PoolExplainer, type PoolView } from "./explain-pool";
import { explainTopology } from "./explain-topology";
import type { Dimensions } from "./vector";

/** Events hold no more than 1,024 characters, and something stands before. */
const mostCharacters = 900;

/** Says in one readable line why no node and no pool could take pods, and what would have been enough. */
export class Explainer {
  readonly #pools: readonly PoolExplainer[];

  constructor(views: readonly PoolView[], dimensions: Dimensions) {
    this.#pools = views.map((view) => new PoolExplainer(view, dimensions));
  }

  /** Pool by pool; the last aim says most, since it asks for least. */
  explain({ podClass, requests }: Pick<Backlog, "podClass" | "requests">): string {
    const aim = podClass.aims.at(-1);
    if (aim === undefined) return "its required node affinity has no term that could match";
    const none = this.#pools.length === 0 ? "no pool is ready to add one" : "no pool can add one";
    const reasons = this.#pools.map(
      (pool) => `${pool.name}: ${pool.explain({ wish: aim.wish, requests }) ?? unsaid(pool, aim)}`,
    );
    const others = explainTopology(aim);
    return sentence([`no node has room and ${none}`, ...reasons, ...(others === undefined ? [] : [others])]);
  }
}

/** Nothing of the pool's own is in the way: then it is minValues, or other pods. */
function unsaid({ wantsVariety }: PoolExplainer, { ties }: Aim): string {
  if (wantsVariety) return "minValues cannot be met";
  const isBound = ties.domain.rules.length + ties.node.rules.length + ties.node.shunned.length > 0;
  return isBound ? "has machines for it, but not where other pods let it be" : "has no machine left for it";
}

function sentence(parts: readonly string[]): string {
  const text = parts.join(". ");
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}
