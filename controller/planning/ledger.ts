import type { Problem } from "../scheduling/problem";
import { leanPod } from "./lean-pod";
import { partsReferred } from "./references";

/** What the thread is told about one object, once. */
export type Lesson =
  | { readonly number: number; readonly whole: object }
  /** An object that is made of others, with references to them. */
  | { readonly number: number; readonly made: unknown };

interface Entry {
  readonly number: number;
  /** What it is made of, of those that have numbers themselves. */
  readonly parts: readonly object[];
  /** Which problem needed it last; the first problem is 1. */
  usedBy: number;
}

/** What this many problems in a row did not need is forgotten: simulations leave out now this node, now that. */
const KEPT_FOR = 4;
const NO_PARTS: readonly object[] = [];

/**
 * What the planner's thread has been told. Objects from the caches are replaced when they change, never altered: the
 * same object is the same knowledge. So each is told once, has a number from then on, and is forgotten when no
 * problem needs it any more.
 */
export class Ledger {
  readonly #entries = new Map<object, Entry>();
  readonly #objects = new Map<number, object>();
  #problems = 0;
  #numbers = 0;

  readonly numberOf = (object: object): number | undefined => this.#entries.get(object)?.number;

  readonly objectOf = (number: number): object => {
    const object = this.#objects.get(number);
    if (object === undefined) throw new Error(`the planner's thread speaks of object ${number}, which is not known`);
    return object;
  };

  /** Opens a problem: what the thread does not know of it yet, parts before what is made of them. */
  *lessons({ pods, pools, nodes, daemonSets, namespaces, volumes }: Problem): Generator<Lesson> {
    this.#problems += 1;
    yield* this.#all(pods, leanPod);
    yield* this.#all([...pools.map(({ pool }) => pool), ...daemonSets, ...namespaces], asIs);
    yield* this.#all([...volumes.claims, ...volumes.volumes, ...volumes.classes], asIs);
    for (const { instanceTypes } of pools) {
      if (this.#isKnown(instanceTypes)) continue;
      yield* this.#all(instanceTypes, asIs);
      yield this.#made(instanceTypes, instanceTypes);
    }
    for (const node of nodes) {
      if (this.#isKnown(node)) continue;
      yield* this.#all(node.pods, leanPod);
      yield this.#made(node, node.pods);
    }
  }

  /** The numbers of what is no longer needed, now and then; they will not be used again. */
  forget(): readonly number[] {
    if (this.#problems % KEPT_FOR !== 0) return [];
    const isNeeded = ({ usedBy }: Entry): boolean => usedBy > this.#problems - KEPT_FOR;
    const wholes = [...this.#entries.values()].filter((entry) => entry.parts.length > 0 && isNeeded(entry));
    for (const part of wholes.flatMap(({ parts }) => parts)) this.#isKnown(part);
    const over = [...this.#entries].filter(([, entry]) => !isNeeded(entry));
    for (const [object, { number }] of over) {
      this.#entries.delete(object);
      this.#objects.delete(number);
    }
    return over.map(([, { number }]) => number);
  }

  *#all<T extends object>(objects: readonly T[], describe: (object: T) => object): Generator<Lesson> {
    for (const object of objects) {
      if (!this.#isKnown(object)) yield { number: this.#enter(object, NO_PARTS), whole: describe(object) };
    }
  }

  #made(object: object, parts: readonly object[]): Lesson {
    return { number: this.#enter(object, parts), made: partsReferred(object, this.numberOf) };
  }

  /** Whether the thread knows it; if so, it is in use. */
  #isKnown(object: object): boolean {
    const entry = this.#entries.get(object);
    if (entry !== undefined) entry.usedBy = this.#problems;
    return entry !== undefined;
  }

  #enter(object: object, parts: readonly object[]): number {
    const number = this.#numbers++;
    this.#entries.set(object, { number, parts, usedBy: this.#problems });
    this.#objects.set(number, object);
    return number;
  }
}

const asIs = <T>(object: T): T => object;
