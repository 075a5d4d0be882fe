/** Structured logging: a constant message and fields; never interpolated, never a secret. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields, such as `controller`. */
  with(fields: LogFields): Log;
}

export type LogFields = Readonly<Record<string, unknown>>;
