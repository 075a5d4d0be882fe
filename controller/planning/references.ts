/**
 * How values cross a thread boundary without being copied again and again: an object that both sides know
 * goes as its number. The copy on the other side then holds that side's own object in its place, so that what
 * was one object stays one.
 */

/** A key that no label, resource or field has. */
interface Reference {
  readonly $: number;
}

/** Replaces the objects that have a number: one by a Reference, a list of nothing else by a Uint32Array. */
export function withReferences(value: unknown, numberOf: (object: object) => number | undefined): unknown {
  if (typeof value !== "object" || value === null) return value;
  const number = numberOf(value);
  if (number !== undefined) return { $: number } satisfies Reference;
  return partsReferred(value, numberOf);
}

/** The same for an object that is to be described itself, not referred to. */
export function partsReferred(value: object, numberOf: (object: object) => number | undefined): unknown {
  const refer = (part: unknown): unknown => withReferences(part, numberOf);
  if (Array.isArray(value)) return listReferred(value, numberOf);
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [refer(key), refer(each)]));
  if (value instanceof Set) return new Set([...value].map(refer));
  return mapped(value, refer);
}

function listReferred(list: readonly unknown[], numberOf: (object: object) => number | undefined): unknown {
  const numbers = new Uint32Array(list.length);
  for (const [index, each] of list.entries()) {
    const number = typeof each === "object" && each !== null ? numberOf(each) : undefined;
    if (number === undefined) return list.map((part) => withReferences(part, numberOf));
    numbers[index] = number;
  }
  return numbers;
}

/** Puts the objects back in the place of their numbers. */
export function withObjects(value: unknown, objectOf: (number: number) => object): unknown {
  if (typeof value !== "object" || value === null) return value;
  const resolve = (part: unknown): unknown => withObjects(part, objectOf);
  if (value instanceof Uint32Array) return Array.from(value, objectOf);
  if (Array.isArray(value)) return value.map(resolve);
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [resolve(key), resolve(each)]));
  if (value instanceof Set) return new Set([...value].map(resolve));
  return isReference(value) ? objectOf(value.$) : mapped(value, resolve);
}

const isReference = (value: object): value is Reference => "$" in value && typeof value.$ === "number";

function mapped(value: object, change: (part: unknown) => unknown): object {
  const changed: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) changed[key] = change(part);
  return changed;
}
