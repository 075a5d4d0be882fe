/** The map's value for a key; made when it is asked for the first time. */
export function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined || map.has(key)) return known as V; // A key that is there has a value of V.
  const made = make();
  map.set(key, made);
  return made;
}
