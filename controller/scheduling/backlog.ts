import type { Pod } from "../api/pod";
import type { PodClass } from "./demand";
import type { Wish } from "./preferences";
import type { Dimensions, Vector } from "./vector";

/** The pods of one class that have no place yet. */
export class Backlog {
  readonly podClass: PodClass;
  readonly requests: Vector;
  #placed = 0;

  constructor(podClass: PodClass, dimensions: Dimensions) {
    this.podClass = podClass;
    this.requests = dimensions.vector(podClass.requests);
  }

  get count(): number {
    return this.podClass.pods.length - this.#placed;
  }

  /** Hands out the oldest. */
  take(count: number): readonly Pod[] {
    const from = this.#placed;
    this.#placed += count;
    return this.podClass.pods.slice(from, from + count);
  }

  rest(): readonly Pod[] {
    return this.podClass.pods.slice(this.#placed);
  }
}

/** A backlog, and the wish that is being tried for it. */
export interface Ask {
  readonly backlog: Backlog;
  readonly wish: Wish;
}
