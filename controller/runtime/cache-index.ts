import type { Cache } from "../ports/kube";

/** Finds cached objects by something other than their name, without looking at them all. */
export interface CacheIndex<T> {
  get(value: string): readonly T[];
}

/** Follows a cache and keeps, for each value that `valueOf` gives, the objects that have it. */
export function indexBy<T>(cache: Cache<T>, valueOf: (object: T) => string | undefined): CacheIndex<T> {
  const byValue = new Map<string, Map<string, T>>();

  const drop = (key: string, object: T): void => {
    const value = valueOf(object);
    if (value === undefined) return;
    const objects = byValue.get(value);
    objects?.delete(key);
    if (objects?.size === 0) byValue.delete(value);
  };

  cache.subscribe((key, object, before) => {
    if (before !== undefined) drop(key, before);
    const value = object === undefined ? undefined : valueOf(object);
    if (object === undefined || value === undefined) return;
    const objects = byValue.get(value) ?? new Map<string, T>();
    byValue.set(value, objects.set(key, object));
  });

  return { get: (value) => [...(byValue.get(value)?.values() ?? [])] };
}
