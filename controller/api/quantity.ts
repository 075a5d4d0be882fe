/**
 * Kubernetes quantities ("500m", "4Gi", "1e3") ⇄ numbers.
 *
 * A quantity is held exactly, as a count of nanos (10⁻⁹), which is the finest step Kubernetes knows; whatever is finer
 * is rounded away from zero, as the API server does
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
 */
export interface Quantity {
  readonly nanos: bigint;
  /** How it was written, which is how it is written back. */
  readonly format: "decimal" | "binary" | "exponent";
}

const NANOS = 1_000_000_000n;
const NANOS_PER_MILLI = 1_000_000n;

/** Decimal suffix → power of ten. */
const decimalPowers: Readonly<Partial<Record<string, number>>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
/** Binary suffix → power of two. */
const binaryPowers: Readonly<Partial<Record<string, bigint>>> = {
  Ki: 10n,
  Mi: 20n,
  Gi: 30n,
  Ti: 40n,
  Pi: 50n,
  Ei: 60n,
};

const syntax = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;

/** @throws RangeError when the text is not a quantity. */
export function parseQuantity(text: string): Quantity {
  const match = syntax.exec(text);
  if (match === null) throw new RangeError(`${JSON.stringify(text)} is not a quantity such as 500m, 2 or 4Gi`);
  const [, sign, number = "", suffix = "", exponent] = match;
  const [whole = "", fraction = ""] = number.split(".");
  const binary = binaryPowers[suffix];
  const power = exponent === undefined ? (decimalPowers[suffix] ?? 0) : Number(exponent);
  const digits = BigInt(whole + fraction) << (binary ?? 0n);
  const nanos = scale(digits, power + 9 - fraction.length);
  return { nanos: sign === "-" ? -nanos : nanos, format: formatOf(binary, exponent) };
}

function formatOf(binary: bigint | undefined, exponent: string | undefined): Quantity["format"] {
  if (binary !== undefined) return "binary";
  return exponent === undefined ? "decimal" : "exponent";
}

/** `digits` × 10^`power`, rounded up. */
function scale(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(power);
  return ceilDivide(digits, 10n ** BigInt(-power));
}

const ceilDivide = (value: bigint, by: bigint): bigint => (value > 0n ? (value + by - 1n) / by : value / by);

/** Whole units, rounded up: bytes of "1.5Gi", counts of "3". @throws RangeError when the text is not a quantity. */
export const toUnits = remembering((text: string) => countOf(text, NANOS));

/** Thousandths, rounded up: 500 for "500m", 2000 for "2". @throws RangeError when the text is not a quantity. */
export const toMillis = remembering((text: string) => countOf(text, NANOS_PER_MILLI));

/** In units of so many nanos. */
const countOf = (text: string, unit: bigint): number => Number(ceilDivide(parseQuantity(text).nanos, unit));

/** A cluster's pods and nodes have the same few amounts, so that what was converted is remembered. */
function remembering<From, To extends string | number>(convert: (from: From) => To): (from: From) => To {
  const known = new Map<From, To>();
  return (from) => {
    const remembered = known.get(from);
    if (remembered !== undefined) return remembered;
    const converted = convert(from);
    if (known.size >= mostRemembered) known.clear();
    known.set(from, converted);
    return converted;
  };
}

const mostRemembered = 4_096;

/** The value as it is, fractions included, for display and metrics. */
export const toNumber = (text: string): number => Number(parseQuantity(text).nanos) / Number(NANOS);

export const isQuantity = (text: string): boolean => syntax.test(text);

/** 500 → "500m", 2000 → "2". */
export const fromMillis = remembering((millis: number) =>
  formatQuantity({ nanos: BigInt(millis) * NANOS_PER_MILLI, format: "decimal" }),
);

/** 4294967296 → "4Gi"; what is no multiple of a binary unit stays plain. */
export const fromBytes = remembering((bytes: number) =>
  formatQuantity({ nanos: BigInt(bytes) * NANOS, format: "binary" }),
);

/** 3 → "3". */
export const fromUnits = (units: number): string => String(units);

/** The one way Kubernetes writes a value: no fraction, the largest suffix that leaves none. */
export function formatQuantity({ nanos, format }: Quantity): string {
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (size === 0n) return "0";
  if (format === "binary" && size >= 1024n * NANOS) return sign + formatBinary(ceilDivide(size, NANOS));
  return sign + formatDecimal(size, format === "exponent");
}

/** "1024Mi" → "1Gi". @throws RangeError when the text is not a quantity. */
export const canonical = (text: string): string => formatQuantity(parseQuantity(text));

function formatBinary(units: bigint): string {
  const suffixes = Object.entries(binaryPowers).reverse();
  const [suffix, power] = suffixes.find(([, bits = 0n]) => units % (1n << bits) === 0n) ?? ["", 0n];
  return `${units >> (power ?? 0n)}${suffix}`;
}

function formatDecimal(nanos: bigint, exponent: boolean): string {
  const suffixes = Object.entries(decimalPowers).reverse();
  for (const [suffix, power = 0] of suffixes) {
    const step = 10n ** BigInt(power + 9);
    if (nanos % step !== 0n) continue;
    const ending = exponent && power !== 0 ? `e${power}` : suffix;
    return `${nanos / step}${ending}`;
  }
  return `${nanos}n`;
}
