import type { Amounts } from "./resources";

/** Amounts by position; what stands where says the `Dimensions` that made it. Treated as immutable once handed out. */
export type Vector = Float64Array;

/** The resources that one problem is about, numbered, so that fitting is arithmetic on short arrays. */
export class Dimensions {
  readonly names: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #known = new WeakMap<Amounts, Vector>();

  constructor(names: Iterable<string>) {
    this.names = [...new Set(names)].sort();
    this.#positions = new Map(this.names.map((name, position) => [name, position]));
  }

  /** Amounts of resources that the problem is not about are left out. The same amounts are the same vector. */
  vector(amounts: Amounts): Vector {
    const vector = this.#known.get(amounts) ?? this.#read(amounts);
    this.#known.set(amounts, vector);
    return vector;
  }

  #read(amounts: Amounts): Vector {
    const vector = new Float64Array(this.names.length);
    for (const [name, amount] of Object.entries(amounts)) {
      const position = this.#positions.get(name);
      if (position !== undefined) vector[position] = amount;
    }
    return vector;
  }

  /** What is not limited is unlimited. */
  limits(amounts: Amounts): Vector {
    return Float64Array.from(this.names, (name) => amounts[name] ?? Infinity);
  }

  /** Without zeros. */
  amounts(vector: Vector): Amounts {
    const entries = this.names.map((name, position) => [name, vector[position] ?? 0] as const);
    return Object.fromEntries(entries.filter(([, amount]) => amount !== 0));
  }

  /** The first resource of which there is not enough. */
  shortage(room: Vector, wanted: Vector): string | undefined {
    return this.names.find((_, position) => at(wanted, position) > 0 && at(wanted, position) > at(room, position));
  }
}

/**
 * Vectors of one problem have equal lengths, so that there is always something at a position. One function for each
 * kind of array: V8 reads fast where it has only ever seen one.
 */
export const at = (vector: Float64Array, position: number): number => vector[position] ?? 0;
export const countAt = (counts: Int32Array, position: number): number => counts[position] ?? 0;

/** One vector out of two, position by position. A plain loop, since plans make very many of them. */
function combined(a: Vector, b: Vector, pick: (x: number, y: number) => number): Vector {
  const result = new Float64Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = pick(at(a, i), at(b, i));
  return result;
}

export const plus = (a: Vector, b: Vector, times = 1): Vector => combined(a, b, (x, y) => x + y * times);
export const minus = (a: Vector, b: Vector, times = 1): Vector => combined(a, b, (x, y) => x - y * times);

/** The least that any of the vectors has, position by position. */
export const minimum = ([first = none, ...others]: readonly Vector[]): Vector => folded(first, others, Math.min);

/** The most that any of the vectors has, position by position, but at least so much. */
export const maximum = (vectors: readonly Vector[], least: Vector): Vector => folded(least, vectors, Math.max);

const none: Vector = new Float64Array(0);

function folded(first: Vector, others: readonly Vector[], pick: (x: number, y: number) => number): Vector {
  const result = first.slice();
  for (const vector of others) for (let i = 0; i < result.length; i++) result[i] = pick(at(result, i), at(vector, i));
  return result;
}

/** Takes `wanted` `times` out of `room`, in place: for the packing loops. */
export function take(room: Vector, wanted: Vector, times: number): void {
  for (let i = 0; i < room.length; i++) room[i] = at(room, i) - at(wanted, i) * times;
}

/** Nothing that is wanted exceeds the room; what nobody wants may be overdrawn. */
export function fits(room: Vector, wanted: Vector): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (at(wanted, i) > 0 && at(wanted, i) > at(room, i)) return false;
  }
  return true;
}

/** How many times `wanted` fits, at most `most`. */
export function timesThatFit(room: Vector, wanted: Vector, most: number): number {
  let times = most;
  for (let i = 0; i < wanted.length && times > 0; i++) {
    if (at(wanted, i) > 0) times = Math.min(times, Math.floor(at(room, i) / at(wanted, i)));
  }
  return Math.max(0, times);
}

/** How much of the scarcest resource is taken. */
export function largestShare(whole: Vector, taken: Vector): number {
  let largest = 0;
  for (let i = 0; i < whole.length; i++) if (at(taken, i) > 0) largest = Math.max(largest, at(taken, i) / at(whole, i));
  return largest;
}

/** Every position of `a` is at least that of `b`. */
export function covers(a: Vector, b: Vector): boolean {
  for (let i = 0; i < a.length; i++) if (at(a, i) < at(b, i)) return false;
  return true;
}
