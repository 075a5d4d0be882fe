import type { Properties, Value } from "../provider";
import { isObject } from "./json";

/** The JSON merge patch (RFC 7386) from what was asked for to what is asked for now: removed fields become null. */
export function mergePatch(olds: Properties, news: Properties): Properties {
  const removed = Object.keys(olds).filter((key) => news[key] === undefined);
  const kept = Object.entries(news).map(([key, value]) => [key, patchOf(olds[key], value)] as const);
  return Object.fromEntries([...kept, ...removed.map((key) => [key, null] as const)]);
}

const patchOf = (old: Value, next: Value): Value => (isObject(old) && isObject(next) ? mergePatch(old, next) : next);
