/**
 * Works on all items, so many at a time: answers that come together are then few, and nobody waits long for them to be
 * looked at. A failure keeps no other item from its turn. Rejects with the first one when all is done.
 */
export async function severalAtOnce<T>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  // Whatever was thrown is passed on.
  if (failures.length > 0) throw failures[0] as Error;
}
