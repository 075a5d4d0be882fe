/**
 * Until when a plan is wanted. The scheduler has no clock: it asks at points where it could hand out what it has, and
 * once it was told that time is up, it begins nothing new, but still sees to it that every rule holds for what is
 * placed.
 */
export class Deadline {
  readonly #isTimeUp: () => boolean;
  #hasPassed = false;

  constructor(isTimeUp: () => boolean) {
    this.#isTimeUp = isTimeUp;
  }

  /** Asks. */
  isUp(): boolean {
    this.#hasPassed ||= this.#isTimeUp();
    return this.#hasPassed;
  }

  /** Whether an answer was that time is up, so that something was left undone. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }
}
