import { tryDuration } from "../api/duration";

/** Reads a setting's text; throws a RangeError that says what would be right, to follow "is not". */
export type Parser<T> = (text: string) => T;

const fail = (what: string): never => {
  throw new RangeError(what);
};

const MOST_SHOWN = 60;

/** A value as it goes in a message: whole, or in one line by its beginning. */
export const shown = (value: string): string =>
  value.includes("\n") || value.length > MOST_SHOWN ? `${JSON.stringify(value.slice(0, MOST_SHOWN))}…` : value;

export const text: Parser<string> = (value) => value;

/** Literally true or false: "yes", "1" or a typing error must not pass for either. */
export const flag: Parser<boolean> = (value) => {
  if (value === "true") return true;
  return value === "false" ? false : fail("true or false");
};

export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER): Parser<number> =>
  (value) => {
    const number = Number(value);
    const within = /^-?\d+$/.test(value) && number >= least && number <= most;
    return within ? number : fail(`a whole number ${bounds(least, most)}`);
  };

export const port: Parser<number> = wholeNumber(0, 65_535);

/** A fraction or number that is at least so much. */
export const numberFrom =
  (least: number): Parser<number> =>
  (value) => {
    const number = Number(value);
    return value.trim() !== "" && Number.isFinite(number) && number >= least
      ? number
      : fail(`a number of at least ${least}`);
  };

/** Milliseconds, from Go's notation: "10s", "1m30s". */
export const durationFrom =
  (leastMs: number): Parser<number> =>
  (value) => {
    const ms = tryDuration(value);
    const within = ms !== undefined && Number.isFinite(ms) && ms >= leastMs;
    return within ? ms : fail(`a duration of at least ${leastMs / 1_000}s, such as 10s or 1m30s`);
  };

/** "", or a duration as a pool's `terminationGracePeriod` takes it, left as it is written. */
export const gracePeriod: Parser<string> = (value) =>
  value === "" || /^(\d+[smh])+$/.test(value) ? value : fail("a duration in h, m and s, such as 1h30m");

export const oneOf =
  <const T extends string>(...values: readonly T[]): Parser<T> =>
  (value) =>
    values.find((each) => each === value) ?? fail(`one of ${values.join(", ")}`);

/** "", or an absolute URL. */
export const url: Parser<string> = (value) =>
  value === "" || /^https?:\/\/[^/\s]+/.test(value) ? value : fail("an absolute URL, such as https://example.com");

/** `Name=true,Other=false` over the defaults. A name that is not among them is a mistake worth stopping for. */
export const gates =
  <T extends Readonly<Record<string, boolean>>>(defaults: T): Parser<Readonly<Record<keyof T, boolean>>> =>
  (value) => {
    const given = value
      .split(",")
      .filter((part) => part.trim() !== "")
      .map((part) => gate(part, defaults));
    // Every name in `given` is one of the defaults', by `gate`.
    return { ...defaults, ...Object.fromEntries(given) };
  };

function gate(part: string, defaults: Readonly<Record<string, boolean>>): readonly [string, boolean] {
  const [name = "", value = "", ...rest] = part.split("=").map((piece) => piece.trim());
  const known = Object.keys(defaults);
  if (!known.includes(name))
    return fail(`made of the gates ${known.join(", ")}: there is no gate ${JSON.stringify(name)}`);
  const on = { true: true, false: false }[value];
  return on === undefined || rest.length > 0
    ? fail(`of the form Name=true,Name=false at ${JSON.stringify(part)}`)
    : [name, on];
}

const bounds = (least: number, most: number): string =>
  most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
