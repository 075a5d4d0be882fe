/** Work that goes over thousands of things gives way after so long: a fifth of what nobody should ever wait for. */
const TURN_MS = 10;

/**
 * Resolves once everything else that is due has had its turn: timers, sockets, other work that gave way. Of two
 * immediates, one inside the other, the second comes a whole round of the event loop after the first, wherever in a
 * round the first was asked for.
 */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

/**
 * Does something with each item, and gives way in between whenever it has taken long. Rejects when
 * `signal` is aborted meanwhile.
 */
export async function inTurns<T>(items: Iterable<T>, act: (item: T) => void, signal?: AbortSignal): Promise<void> {
  let startedAt = performance.now();
  for (const item of items) {
    signal?.throwIfAborted();
    act(item);
    if (performance.now() - startedAt < TURN_MS) continue;
    await nextTurn();
    startedAt = performance.now();
  }
}
