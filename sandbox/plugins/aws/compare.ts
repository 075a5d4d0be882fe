/** Whether two property values mean the same, by the property's own idea of sameness. */
import { isDeepStrictEqual } from "node:util";
import { unknown } from "../provider";
import type { Value } from "../provider";
import type { Property } from "./resource";

/** Inputs against inputs: would AWS have anything to do? */
export function same(property: Property, a: Value, b: Value): boolean {
  return isDeepStrictEqual(canonical(property, a), canonical(property, b));
}

/** An input against reality, in which AWS may have filled in what was left out of a block. */
export function holds(property: Property, input: Value, actual: Value): boolean {
  if (same(property, input, actual)) return true;
  if (property.as === "block") return covers(input, actual);
  if (property.as !== "set" || !Array.isArray(input) || !Array.isArray(actual)) return false;
  const found = actual as readonly Value[];
  return input.length === found.length && input.every((item: Value) => found.some((other) => covers(item, other)));
}

/** Nothing, or only nothings: as good as not given. */
export const isEmpty = (value: Value): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (typeof value === "object" && Object.values(value).every(isEmpty));

function covers(input: Value, actual: Value): boolean {
  if (isEmpty(input) || (input === false && isEmpty(actual))) return true;
  if (typeof input !== "object" || input === null || typeof actual !== "object" || actual === null) {
    return isDeepStrictEqual(canonical({}, input), canonical({}, actual));
  }
  if (Array.isArray(input)) return holds({ as: "set" }, input, actual);
  const found = actual as Readonly<Record<string, Value>>;
  return Object.entries(input).every(([name, value]) => covers(value, found[name]));
}

function canonical(property: Property, value: Value): unknown {
  if (property.as === "json" && typeof value === "string" && value !== "" && value !== unknown)
    return policy(JSON.parse(value));
  const plain = ordered(value);
  if (property.as !== "set" || !Array.isArray(plain)) return plain;
  return plain.map((item) => JSON.stringify(item)).sort();
}

/** Values as text (AWS gives numbers back as strings in places), keys in order, nothing that is empty. */
function ordered(value: Value): unknown {
  if (isEmpty(value)) return undefined;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(ordered);
  const entries = Object.entries(value).filter(([, item]) => !isEmpty(item));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, ordered(item)]));
}

/** In policy documents one item and a list of one item are the same, and lists have no order. */
function policy(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(policy);
    if (items.length === 1) return items[0];
    return items.map((item) => JSON.stringify(item)).sort();
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, policy(item)]));
}
