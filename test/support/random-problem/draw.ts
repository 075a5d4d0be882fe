import fc from "fast-check";

/** Where the generator's choices come from. */
export interface Draw {
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
}

export const pick = <T>(draw: Draw, options: readonly [T, ...T[]]): T =>
  options[draw.int(0, options.length - 1)] ?? options[0];

/** One of a list that is known to have some. */
export function oneOf<T>(draw: Draw, options: readonly T[]): T {
  const [first, ...rest] = options;
  if (first === undefined) throw new RangeError("there is nothing to choose from");
  return pick(draw, [first, ...rest]);
}

/** True so many times in a hundred. */
export const chance = (draw: Draw, percent: number): boolean => draw.int(0, 99) >= 100 - percent;

/** What `make` makes, so many times in a hundred; otherwise nothing. */
export const maybe = <T>(draw: Draw, percent: number, make: () => T): T | undefined =>
  chance(draw, percent) ? make() : undefined;

export const many = <T>(count: number, make: (position: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, position) => make(position));

/** Each of the options with this chance, and at least one. */
export function some<T>(draw: Draw, options: readonly [T, ...T[]], percent: number): readonly T[] {
  const chosen = options.filter(() => chance(draw, percent));
  return chosen.length > 0 ? chosen : [pick(draw, options)];
}

/** The same choices for the same seed, for ever (mulberry32). */
export function seeded(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { int: (least, most) => least + Math.floor(next() * (most - least + 1)) };
}

/** Whatever is made by drawing, as something fast-check can vary and shrink: smaller numbers are simpler. */
export const drawn = <T>(make: (draw: Draw) => T): fc.Arbitrary<T> =>
  fc.gen().map((generate) => make({ int: (min, max) => generate(fc.integer, { min, max }) }));
