import assert from "node:assert/strict";
import { Window } from "#controller/runtime/window";
import { FakeClock } from "#support/fake-clock";

function setup() {
  const clock = new FakeClock(0);
  const window = new Window(clock, { idleMs: 1_000, maxMs: 10_000 });
  const closed: { at: number; keys: string[] }[] = [];
  const stop = new AbortController();
  const wait = async (): Promise<void> => {
    const keys = await window.wait(stop.signal);
    closed.push({ at: clock.now(), keys: [...keys] });
  };
  return { clock, window, closed, wait, stop };
}

describe("a batching window", () => {
  it("closes once nothing new came for the idle time", async () => {
    const { clock, window, closed, wait } = setup();
    const waiting = wait();
    await clock.advance(5_000);
    window.trigger("a");
    await clock.advance(600);
    window.trigger("b");
    await clock.advance(2_000);
    await waiting;

    assert.deepEqual(closed, [{ at: 6_600, keys: ["a", "b"] }]);
  });

  it("closes after the longest time while new keys keep coming", async () => {
    const { clock, window, closed, wait } = setup();
    const waiting = wait();
    for (let key = 0; key < 30; key++) {
      window.trigger(String(key));
      await clock.advance(500);
    }
    await waiting;

    assert.equal(closed[0]?.at, 10_000);
    assert.equal(closed[0].keys.length, 20);
  });

  it("is not held open by keys that are in it already", async () => {
    const { clock, window, closed, wait } = setup();
    const waiting = wait();
    for (let time = 0; time < 4; time++) {
      window.trigger("a");
      await clock.advance(500);
    }
    await waiting;

    assert.deepEqual(closed, [{ at: 1_000, keys: ["a"] }]);
  });

  it("collects while nobody waits, and closes at once when it is overdue", async () => {
    const { clock, window, closed, wait } = setup();
    window.trigger("a");
    await clock.advance(20_000);
    await wait();

    assert.deepEqual(closed, [{ at: 20_000, keys: ["a"] }]);
  });

  it("stops waiting when told to", async () => {
    const { wait, stop } = setup();
    const waiting = wait();
    stop.abort(new Error("enough"));

    await assert.rejects(waiting, /enough/);
  });
});
