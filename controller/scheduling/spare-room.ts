import type { Ask } from "./backlog";
import type { ExistingNode } from "./existing-node";
import { at, countAt, timesThatFit, type Vector } from "./vector";

/** Pods that ask for room too, and where there is some for them. */
interface Rival {
  readonly ask: Ask;
  /** How many of them each node could have. */
  readonly places: Int32Array;
  /** On all nodes. */
  total: number;
}

/** How often a kind of pod may be held against a node; after that, pods take the first room there is. */
const effort = 1_000_000;

/**
 * Free room on nodes that are there, and who could have it. A place is worth as much as it is wanted: by how many pods,
 * for each place that is left for them. So pods go where least is taken from others: of two nodes that hold a pod, one
 * may have room for nothing else, and the other for some who hardly find any.
 */
export class SpareRoom {
  readonly #nodes: readonly ExistingNode[];
  readonly #rivals: readonly Rival[];
  /** What was free on each node when places were last counted. */
  readonly #counted: Vector[];
  #effort = effort;

  constructor(nodes: readonly ExistingNode[], asks: readonly Ask[]) {
    this.#nodes = nodes;
    const rivals = nodes.length * asks.length < effort ? asks : [];
    this.#rivals = rivals.map((ask) => ({ ask, places: new Int32Array(nodes.length), total: 0 }));
    this.#counted = nodes.map(() => new Float64Array(0));
  }

  /** Nodes with room for the pods, those first where others miss it least; initialized ones before all others. */
  nodesFor(ask: Ask): readonly ExistingNode[] {
    if (this.#effort <= 0) return this.#nodes;
    this.#recount();
    const own = this.#rivals.find((rival) => rival.ask === ask);
    if (own === undefined || own.total <= ask.count) return this.#nodes;
    const rivals = this.#rivals.filter(({ ask: { count }, total }) => count > 0 && total > 0);
    const rated: { readonly node: ExistingNode; readonly loss: number }[] = [];
    this.#nodes.forEach((node, index) => {
      if (countAt(own.places, index) > 0) rated.push({ node, loss: this.#lossAt(index, ask, rivals) });
    });
    return rated.sort((a, b) => startOf(a.node) - startOf(b.node) || a.loss - b.loss).map(({ node }) => node);
  }

  /** Counts places anew on nodes that have got pods since. */
  #recount(): void {
    this.#nodes.forEach((node, index) => {
      if (isSame(node.free, this.#counted[index])) return;
      this.#counted[index] = node.free.slice();
      for (const rival of this.#rivals) {
        const places = node.placesFor(rival.ask);
        rival.total += places - countAt(rival.places, index);
        rival.places[index] = places;
      }
      this.#effort -= this.#rivals.length;
    });
  }

  /** What a pod takes from all who could have the node, itself included. */
  #lossAt(index: number, { requests }: Ask, rivals: readonly Rival[]): number {
    const left = this.#counted[index]?.map((amount, i) => amount - at(requests, i)) ?? requests;
    let loss = 0;
    for (const { ask, places, total } of rivals) {
      const before = countAt(places, index);
      if (before === 0) continue;
      this.#effort--;
      loss += ((before - timesThatFit(left, ask.requests, before)) * ask.count) / total;
    }
    return loss;
  }
}

/** Pods can start at once where the node is initialized. */
const startOf = ({ state }: ExistingNode): number => Number(!state.initialized);

function isSame(a: Vector, b: Vector | undefined): boolean {
  if (a.length !== b?.length) return false;
  for (let i = 0; i < a.length; i++) if (at(a, i) !== at(b, i)) return false;
  return true;
}
