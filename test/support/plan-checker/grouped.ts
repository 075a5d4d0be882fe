/** A group has at least one member. */
export type Members<T> = [T, ...T[]];

/** Members that have the same key, in order of their first. */
export function grouped<T, K>(all: readonly T[], keyOf: (each: T) => K): ReadonlyMap<K, Members<T>> {
  const groups = new Map<K, Members<T>>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
}
