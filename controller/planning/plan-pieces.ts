import type { Pod } from "../api/pod";
import type { Plan } from "../scheduling/plan";

/** How much of a plan travels at a time, so that putting it together again never takes long. */
const NODES_AT_ONCE = 50;
const PODS_AT_ONCE = 500;

/** A plan in pieces, each a small plan; together they are the whole, in order. */
export function* piecesOf(plan: Plan): Generator<Plan> {
  const { newNodes, existing, unschedulable, deferred, zones } = plan;
  const empty: Plan = { newNodes: [], existing: new Map(), unschedulable: [], deferred: [], zones: new Map() };
  for (const some of inChunks(newNodes, NODES_AT_ONCE)) yield { ...empty, newNodes: some };
  for (const some of inChunks([...existing], NODES_AT_ONCE)) yield { ...empty, existing: new Map(some) };
  for (const some of inChunks(unschedulable, PODS_AT_ONCE)) yield { ...empty, unschedulable: some };
  for (const some of inChunks(deferred, PODS_AT_ONCE)) yield { ...empty, deferred: some };
  for (const [zone, pods] of zones)
    for (const some of inChunks(pods, PODS_AT_ONCE)) yield { ...empty, zones: new Map([[zone, some]]) };
}

/** Puts pieces together. */
export class PlanInPieces {
  readonly #newNodes: Plan["newNodes"][number][] = [];
  readonly #existing = new Map<string, Plan["existing"] extends ReadonlyMap<string, infer Pods> ? Pods : never>();
  readonly #unschedulable: Plan["unschedulable"][number][] = [];
  readonly #deferred: Pod[] = [];
  readonly #zones = new Map<string, Pod[]>();

  readonly add = (piece: Plan): void => {
    this.#newNodes.push(...piece.newNodes);
    this.#unschedulable.push(...piece.unschedulable);
    this.#deferred.push(...piece.deferred);
    for (const [node, pods] of piece.existing) this.#existing.set(node, pods);
    for (const [zone, pods] of piece.zones) {
      const before = this.#zones.get(zone);
      if (before === undefined) this.#zones.set(zone, [...pods]);
      else before.push(...pods);
    }
  };

  whole(): Plan {
    return {
      newNodes: this.#newNodes,
      existing: this.#existing,
      unschedulable: this.#unschedulable,
      deferred: this.#deferred,
      zones: this.#zones,
    };
  }
}

function* inChunks<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
