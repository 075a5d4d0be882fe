/** A field that AWS always sends though its SDK types it as optional. Throws when it is not there. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing in AWS's answer`);
  return value;
}
