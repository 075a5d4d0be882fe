import type { Clock } from "../ports/clock";
import type { Log, LogFields } from "../ports/log";

const levels = ["debug", "info", "error"] as const;
export type LogLevel = (typeof levels)[number];

export interface JsonLogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  /** Error lines; by default the same as the others. */
  readonly writeError?: (line: string) => void;
  readonly fields?: LogFields;
}

/** Names of fields whose values are credentials, whatever they hold. */
const secret = /token|secret|password|authorization|credential/i;

/**
 * One JSON object a line: level, time, logger, message, then the fields. Stacks of errors are for the debug level only.
 */
export class JsonLog implements Log {
  readonly #options: JsonLogOptions;

  constructor(options: JsonLogOptions) {
    this.#options = options;
  }

  debug(message: string, fields?: LogFields): void {
    this.#line("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#line("info", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#line("error", message, fields);
  }

  with(fields: LogFields): Log {
    return new JsonLog({ ...this.#options, fields: { ...this.#options.fields, ...fields } });
  }

  #line(level: LogLevel, message: string, fields: LogFields = {}): void {
    const { level: threshold, clock, write, writeError = write } = this.#options;
    if (levels.indexOf(level) < levels.indexOf(threshold)) return;
    const time = new Date(clock.now()).toISOString();
    const line = {
      level: level.toUpperCase(),
      time,
      logger: "controller",
      message,
      ...this.#options.fields,
      ...fields,
    };
    (level === "error" ? writeError : write)(JSON.stringify(line, replacer(threshold === "debug")));
  }
}

/** What JSON cannot say by itself: errors, big numbers, sets, and what must not be said. */
function replacer(withStacks: boolean): (name: string, value: unknown) => unknown {
  return (name, value) => {
    if (secret.test(name)) return "[redacted]";
    if (value instanceof Error) return describe(value, withStacks);
    if (typeof value === "bigint") return value.toString();
    if (value instanceof Set || value instanceof Map) return [...(value as Iterable<unknown>)];
    return value;
  };
}

function describe({ name, message, stack, cause }: Error, withStacks: boolean): object {
  return { name, message, ...(cause === undefined ? {} : { cause }), ...(withStacks ? { stack } : {}) };
}
