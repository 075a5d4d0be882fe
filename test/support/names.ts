const counters = new Map<string, number>();

/** `pod-1`, `pod-2`, …: the same names on every run, so that a failure reads the same twice. */
export function nextName(prefix: string): string {
  const count = (counters.get(prefix) ?? 0) + 1;
  counters.set(prefix, count);
  return `${prefix}-${count}`;
}

/** Called before every test by `hooks.ts`. */
export function restartNames(): void {
  counters.clear();
}
