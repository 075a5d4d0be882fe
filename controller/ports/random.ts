export interface Random {
  /** A number in [0, 1), for jitter. */
  fraction(): number;
  /** A random UUID (version 4). */
  uuid(): string;
}
