/** In which order to try: every order of a few, some of many. */
export function* ordersOf<T>(all: readonly T[]): Iterable<readonly T[]> {
  if (all.length > 5) yield* [all, all.toReversed()];
  else if (all.length < 2) yield all;
  else
    for (const first of all) for (const rest of ordersOf(all.filter((each) => each !== first))) yield [first, ...rest];
}
