/** CEL, as far as rules are written in it. */

/** Texts, numbers, lists and maps are written in CEL as they are in JSON. */
export const literal = (value: unknown): string => JSON.stringify(value);

/** A field of `object`, or a value in its place where it, or what leads to it, is not there. */
export const orElse = (path: string, otherwise: string): string =>
  `object.${path
    .split(".")
    .map((field, index) => (index === 0 ? field : `?${field}`))
    .join(".")}.orValue(${otherwise})`;
