import type { ResourceList } from "#controller/api/kube-object";

/** Resource → amount: cpu in thousandths, everything else in whole units. */
export type Amounts = Readonly<Record<string, number>>;

const factors: Readonly<Partial<Record<string, number>>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const known = new Map<string, number>();

/** What a quantity says, as a plain number. */
function read(text: string): number {
  const before = known.get(text);
  if (before !== undefined) return before;
  const [, number = "", suffix = ""] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const value = Number(number) * (suffix === "" ? 1 : (factors[suffix] ?? NaN));
  if (number === "" || Number.isNaN(value)) throw new RangeError(`the checker cannot read ${text}`);
  known.set(text, value);
  return value;
}

/**
 * The scheduler counts cpu in thousandths and all else in units, each rounded up; the rest is noise of floating point.
 */
export const amount = (resource: string, text: string): number =>
  Math.ceil(read(text) * (resource === "cpu" ? 1000 : 1) - 1e-6);

export const amountsOf = (list: ResourceList = {}): Amounts =>
  Object.fromEntries(Object.entries(list).map(([name, text]) => [name, amount(name, text)]));

export function merged(lists: readonly Amounts[], pick: (a: number, b: number) => number): Amounts {
  const all: Record<string, number> = {};
  for (const list of lists) for (const [name, value] of Object.entries(list)) all[name] = pick(all[name] ?? 0, value);
  return all;
}

export const sum = (lists: readonly Amounts[]): Amounts => merged(lists, (a, b) => a + b);
export const largest = (lists: readonly Amounts[]): Amounts => merged(lists, Math.max);
