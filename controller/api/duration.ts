/**
 * Durations as Kubernetes writes them ("720h", "1h30m", "100ms", and `Never` where a field allows it) in milliseconds.
 * `Never` is `Infinity`, so that "is it time yet" needs no special case.
 */
const unitMs: Readonly<Partial<Record<string, number>>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const syntax = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g;

/** Milliseconds, `Infinity` for `Never`. @throws RangeError when the text is neither. */
export function parseDuration(text: string): number {
  const ms = tryDuration(text);
  if (ms === undefined) throw new RangeError(`${JSON.stringify(text)} is not a duration such as 720h, 1h30m or Never`);
  return ms;
}

/** As `parseDuration`, but undefined for what is not a duration: for annotations, which anybody may write. */
export function tryDuration(text: string): number | undefined {
  if (text === "Never") return Infinity;
  if (!syntax.test(text)) return undefined;
  const parts = [...text.matchAll(part)].map(([, count, unit = ""]) => Number(count) * (unitMs[unit] ?? 0));
  const ms = parts.reduce((total, each) => total + each, 0);
  return text.startsWith("-") ? -ms : ms;
}
