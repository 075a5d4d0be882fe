import type { ClusterView, WaitingView } from "./view";

/** What is not news is said again only this often. */
const REPEAT_MS = 30_000;

/** Says what a teardown waits for: at once when that changes, and now and then while it does not. */
export class Waiting {
  readonly #say: (message: string) => void;
  #said = "";
  #at = -Infinity;

  constructor(say: (message: string) => void) {
    this.#say = say;
  }

  /** @param now milliseconds on any clock that only goes forward */
  tell(message: string | undefined, now: number): void {
    if (message === undefined || (message === this.#said && now - this.#at < REPEAT_MS)) return;
    this.#said = message;
    this.#at = now;
    this.#say(message);
  }
}

/** Undefined when there is nothing to wait for. */
export const describeClaims = ({ claims }: Pick<ClusterView, "claims">): string | undefined =>
  describe("node claims to end", claims);

/** The same of classes. */
export const describeClasses = ({ classes }: Pick<ClusterView, "classes">): string | undefined =>
  describe("classes that the controller has to let go", classes);

/** What holds an object is in its conditions; the first few say enough. */
function describe(what: string, objects: readonly WaitingView[]): string | undefined {
  if (objects.length === 0) return undefined;
  const held = objects.flatMap(({ name, obstacle }) => (obstacle === undefined ? [] : [`${name}: ${obstacle}`]));
  const reasons = held.length === 0 ? "" : ` (${held.slice(0, MOST_REASONS).join("; ")})`;
  return `waiting for ${objects.length} ${what}${reasons}`;
}

const MOST_REASONS = 5;
