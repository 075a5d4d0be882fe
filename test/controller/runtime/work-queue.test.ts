import assert from "node:assert/strict";
import fc from "fast-check";
import { WorkQueue } from "#controller/runtime/work-queue";
import { FakeClock, settled } from "#support/fake-clock";

const keys = ["a", "b"] as const;
type Key = (typeof keys)[number];

/** What a test does to a queue: add a key now or later, let a key's work end, let time pass. */
const step = fc.oneof(
  fc.record({ add: fc.constantFrom(...keys), after: fc.constantFrom(0, 2, 5) }),
  fc.record({ finish: fc.constantFrom(...keys) }),
  fc.record({ pass: fc.constantFrom(1, 5) }),
);
type Step = { add: Key; after: number } | { finish: Key } | { pass: number };

/** A queue whose work ends when the test says so, and what was seen of it. */
class Rig {
  readonly clock = new FakeClock(0);
  readonly started: { key: string; at: number }[] = [];
  readonly finishers = new Map<string, () => void>();
  overlaps = 0;
  most = 0;
  readonly queue: WorkQueue;

  constructor(concurrency = 10) {
    this.queue = new WorkQueue({
      clock: this.clock,
      concurrency,
      work: (key) => {
        if (this.finishers.has(key)) this.overlaps += 1;
        this.started.push({ key, at: this.clock.now() });
        return new Promise((resolve) => {
          this.finishers.set(key, () => {
            this.finishers.delete(key);
            resolve();
          });
          this.most = Math.max(this.most, this.finishers.size);
        });
      },
    });
  }

  async apply(step: Step): Promise<void> {
    if ("add" in step) this.queue.add(step.add, step.after);
    else if ("finish" in step) this.finishers.get(step.finish)?.();
    else await this.clock.advance(step.pass);
    await settled();
  }
}

/** The law, said again in the plainest way: per key, when it is due and whether it is at work. */
class Oracle {
  now = 0;
  readonly started: { key: string; at: number }[] = [];
  readonly #due = new Map<string, number>();
  readonly #active = new Set<string>();

  apply(step: Step): void {
    if ("add" in step) this.#due.set(step.add, Math.min(this.#due.get(step.add) ?? Infinity, this.now + step.after));
    else if ("finish" in step) this.#active.delete(step.finish);
    else
      for (let passed = 0; passed < step.pass; passed++) {
        this.now += 1;
        this.#start();
      }
    this.#start();
  }

  #start(): void {
    for (const [key, at] of this.#due) {
      if (at > this.now || this.#active.has(key)) continue;
      this.#due.delete(key);
      this.#active.add(key);
      this.started.push({ key, at: this.now });
    }
  }
}

const byTimeAndKey = (a: { key: string; at: number }, b: { key: string; at: number }): number =>
  a.at - b.at || a.key.localeCompare(b.key);

describe("the work queue", () => {
  it("works on each key once per addition at its earliest due time, and never twice at once", async function () {
    this.timeout(20_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const rig = new Rig();
        const oracle = new Oracle();
        for (const each of steps) {
          await rig.apply(each);
          oracle.apply(each);
        }

        assert.equal(rig.overlaps, 0);
        assert.deepEqual(rig.started.toSorted(byTimeAndKey), oracle.started.toSorted(byTimeAndKey));
      }),
      { numRuns: 150 },
    );
  });

  it("never works on more keys at once than it may", async () => {
    const rig = new Rig(2);
    for (const key of ["a", "b", "c", "d"]) rig.queue.add(key);
    const depth = rig.queue.depth;
    for (let finish = rig.finishers.values().next().value; finish; finish = rig.finishers.values().next().value) {
      finish();
      await settled();
    }

    assert.equal(depth, 2);
    assert.equal(rig.most, 2);
    assert.deepEqual(
      rig.started.map(({ key }) => key),
      ["a", "b", "c", "d"],
    );
  });

  it("stops when what is at work has ended, and forgets the rest", async () => {
    const rig = new Rig(1);
    rig.queue.add("a");
    rig.queue.add("b");
    rig.queue.add("c", 5);
    let stopped = false;
    const stopping = rig.queue.stop().then(() => {
      stopped = true;
    });
    await settled();
    const early = stopped;
    rig.finishers.get("a")?.();
    await stopping;
    await rig.clock.advance(10);

    assert.equal(early, false);
    assert.deepEqual(
      rig.started.map(({ key }) => key),
      ["a"],
    );
  });
});
