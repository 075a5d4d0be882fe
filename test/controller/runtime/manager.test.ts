import assert from "node:assert/strict";
import type { Kind, Kinds } from "#controller/api/kinds";
import type { NodePool } from "#controller/api/node-pool";
import { keyOf, type KubeObject } from "#controller/api/kube-object";
import { Store } from "#controller/kube/store";
import { ConflictError, NotFoundError, TerminalError } from "#controller/ports/errors";
import type { Cache } from "#controller/ports/kube";
import type { Log } from "#controller/ports/log";
import { runManager } from "#controller/runtime/manager";
import { PrometheusMetrics } from "#controller/runtime/prometheus";
import { after, done, type Outcome, type Reconciler, type Singleton, watching } from "#controller/runtime/reconciler";
import { nodeClaim, nodePool } from "#support/builders";
import { FakeClock, settled } from "#support/fake-clock";
import { silentLog } from "#support/silence";

/** The manager over mirrors in memory, at a clock that the test moves. */
function setup({
  reconcilers = [],
  singletons = [],
  log = silentLog,
}: {
  reconcilers?: Reconciler<"NodePool">[];
  singletons?: Singleton[];
  log?: Log;
}) {
  const clock = new FakeClock(0);
  const stores = new Map<Kind, Store<KubeObject>>();
  const storeOf = (kind: Kind): Store<KubeObject> => {
    const store = stores.get(kind) ?? new Store<KubeObject>(silentLog);
    stores.set(kind, store);
    return store;
  };
  const metrics = new PrometheusMetrics();
  const order: string[] = [];
  const stop = new AbortController();
  const options = {
    ...{ clock, metrics, log, random: { fraction: () => 1, uuid: () => "" }, reconcilers, singletons },
    // Each kind's store holds what the test put there, of that kind.
    kube: { cached: <K extends Kind>(kind: K) => storeOf(kind) as unknown as Cache<Kinds[K]> },
    mirrors: {
      async run(signal: AbortSignal) {
        await new Promise((resolve) => {
          signal.addEventListener("abort", resolve);
        });
        order.push("mirrors stopped");
      },
      untilSynced: (signal: AbortSignal) => clock.sleep(100, signal),
    },
    leadership: {
      async hold(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) {
        order.push("leading");
        await work(signal);
        order.push("released");
      },
    },
  };
  const running = runManager(options, stop.signal);
  return { clock, storeOf, metrics, order, stop, running };
}

const named = (reconcile: (pool: NodePool, signal: AbortSignal) => Promise<Outcome>): Reconciler<"NodePool"> => ({
  name: "test",
  kind: "NodePool",
  watches: [watching("NodeClaim", ({ metadata }) => [metadata.labels?.["pool"] ?? ""])],
  reconcile,
});

/** A log whose errors go into a list. */
const listening = (errors: string[]): Log => ({
  ...silentLog,
  error: (message) => errors.push(message),
  with: () => listening(errors),
});

/** A reconciler that notes its calls and answers each with the next of these. */
function noting(clock: () => FakeClock, answers: (() => Outcome)[] = []) {
  const calls: number[] = [];
  const reconciler = named(() => {
    calls.push(clock().now());
    // A throw of an answer becomes a rejection, as of any reconciler.
    return Promise.resolve().then(() => answers.shift()?.() ?? done);
  });
  return { calls, reconciler };
}

const failing = (error: Error) => (): never => {
  throw error;
};

describe("the manager", () => {
  it("waits for the mirrors, then for leadership, and stops in the opposite order", async () => {
    const { calls, reconciler } = noting(() => rig.clock);
    const rig = setup({ reconcilers: [reconciler] });
    rig.storeOf("NodePool").put(nodePool());
    await settled();
    const early = [...rig.order];
    await rig.clock.advance(100);
    rig.stop.abort();
    await rig.running;

    assert.deepEqual(early, []);
    assert.deepEqual(calls, [100]);
    assert.deepEqual(rig.order, ["leading", "released", "mirrors stopped"]);
  });

  it("reconciles again when asked to, with back-off after failures, and not after a terminal one", async () => {
    const { calls, reconciler } = noting(
      () => rig.clock,
      [
        () => after(50),
        failing(new Error("first")),
        failing(new Error("second")),
        failing(new ConflictError("lost a race")),
        failing(new TerminalError("hopeless")),
      ],
    );
    const rig = setup({ reconcilers: [reconciler] });
    const pool = nodePool();
    rig.storeOf("NodePool").put({ ...pool, metadata: { ...pool.metadata, resourceVersion: "1" } });
    await rig.clock.advance(100_000);
    const untilTerminal = [...calls];
    rig.storeOf("NodePool").put({ ...pool, metadata: { ...pool.metadata, resourceVersion: "2" } });
    await settled();
    rig.stop.abort();
    await rig.running;

    assert.deepEqual(untilTerminal, [100, 150, 1_150, 3_150, 3_160]);
    assert.equal(calls.length, 6);
    const exposed = await rig.metrics.expose();
    assert.match(exposed, /controller_runtime_reconcile_total\{controller="test",result="error"\} 3/);
    assert.match(exposed, /controller_runtime_reconcile_total\{controller="test",result="requeue"\} 1/);
    assert.match(exposed, /controller_runtime_terminal_reconcile_errors_total\{controller="test"\} 1/);
  });

  it("takes an object that is just gone for a lost race, and speaks up when it stays so", async () => {
    const lines: string[] = [];
    const { calls, reconciler } = noting(
      () => rig.clock,
      Array.from({ length: 12 }, () => failing(new NotFoundError('nodepools "a" not found'))),
    );
    const rig = setup({ reconcilers: [reconciler], log: listening(lines) });
    rig.storeOf("NodePool").put(nodePool());
    await rig.clock.advance(150);
    const atFirst = [...lines];
    await rig.clock.advance(20_000);
    rig.stop.abort();
    await rig.running;

    assert.deepEqual(atFirst, []);
    assert.deepEqual(calls.slice(0, 4), [100, 110, 130, 170]);
    assert.deepEqual(lines, ["reconciler error", "reconciler error"]);
    assert.equal(calls.length, 13);
  });

  it("reconciles the objects that a change of another kind concerns, before and after", async () => {
    const pools = [nodePool(), nodePool()];
    const seen: string[] = [];
    const rig = setup({
      reconcilers: [
        named((pool) => {
          seen.push(pool.metadata.name);
          return Promise.resolve(done);
        }),
      ],
    });
    for (const pool of pools) rig.storeOf("NodePool").put(pool);
    await rig.clock.advance(100);
    seen.length = 0;
    const [first = "", second = ""] = pools.map(keyOf);
    const claim = nodeClaim();
    const of = (pool: string, resourceVersion: string): KubeObject => ({
      metadata: { ...claim.metadata, labels: { pool }, resourceVersion },
    });
    rig.storeOf("NodeClaim").put(of(first, "1"));
    await settled();
    rig.storeOf("NodeClaim").put(of(second, "2"));
    await settled();
    rig.stop.abort();
    await rig.running;

    assert.deepEqual(seen, [first, second, first]);
  });

  it("runs a singleton round by round, whatever another one does", async () => {
    const rounds: number[] = [];
    const rig = setup({
      singletons: [
        { name: "broken", run: failing(new Error("thrown before there is a promise")) },
        {
          name: "steady",
          run: () => {
            rounds.push(rig.clock.now());
            return Promise.resolve(after(1_000));
          },
        },
      ],
    });
    await rig.clock.advance(3_500);
    rig.stop.abort();
    await rig.running;

    assert.deepEqual(rounds, [100, 1_100, 2_100, 3_100]);
  });

  it("waits for what is at work when it stops, and tells it", async () => {
    let told = false;
    const rig = setup({
      reconcilers: [
        named(
          (_, signal) =>
            new Promise((resolve) => {
              signal.addEventListener("abort", () => {
                told = true;
                resolve(done);
              });
            }),
        ),
      ],
    });
    rig.storeOf("NodePool").put(nodePool());
    await rig.clock.advance(100);
    rig.stop.abort();
    await rig.running;

    assert.equal(told, true);
    assert.equal(rig.order.at(-1), "mirrors stopped");
  });
});
