import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Connection } from "#controller/kube/connection";
import { Credentials } from "#controller/kube/credentials";
import { LeadershipLostError, Lease } from "#controller/kube/lease";
import { systemClock } from "#controller/runtime/system-clock";
import { adminConnection, controlPlane, STARTING_MS } from "#support/control-plane";
import { outageOf } from "#support/outage";
import { silentLog, silentMetrics } from "#support/silence";

const ports = { clock: systemClock, log: silentLog, metrics: silentMetrics };
const times = { durationMs: 3_000, renewWithinMs: 2_000, retryMs: 300 };

const leaseOf = (connection: Connection, name: string, holder: string): Lease =>
  new Lease({ ...ports, connection, name, namespace: "default", holder, times });

const leases = { apiVersion: "coordination.k8s.io/v1", plural: "leases", namespaced: true };

async function specOf(connection: Connection, name: string): Promise<Record<string, unknown>> {
  const target = { namespace: "default", name };
  const lease = (await connection.send({ verb: "get", info: leases, target })) as { spec: Record<string, unknown> };
  return lease.spec;
}

/** Work that goes on until it is told to stop, and says when it began. */
function lasting() {
  let begin = (): void => undefined;
  const began = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const work = (signal: AbortSignal): Promise<void> => {
    begin();
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
  };
  return { began, work };
}

describe("leader election", function () {
  this.timeout(60_000);

  before(async function () {
    this.timeout(STARTING_MS);
    await controlPlane();
  });

  it("lets one lead at a time, and hands over at once when it stops", async () => {
    const connection = await adminConnection();
    const [first, second] = [lasting(), lasting()];
    const [stopFirst, stopSecond] = [new AbortController(), new AbortController()];
    const holding = leaseOf(connection, "handover", "a_1").hold(first.work, stopFirst.signal);
    await first.began;
    const led = await specOf(connection, "handover");
    const waiting = leaseOf(connection, "handover", "b_2").hold(second.work, stopSecond.signal);
    const early = await Promise.race([second.began.then(() => true), systemClock.sleep(4_000).then(() => false)]);
    stopFirst.abort();
    await holding;
    const releasedAt = systemClock.now();
    await second.began;
    const tookMs = systemClock.now() - releasedAt;
    const takenOver = await specOf(connection, "handover");
    stopSecond.abort();
    await waiting;

    assert.equal(led["holderIdentity"], "a_1");
    assert.equal(led["leaseDurationSeconds"], 3);
    assert.equal(early, false);
    assert.ok(tookMs < 2_000, `took ${tookMs} ms`);
    assert.equal(takenOver["holderIdentity"], "b_2");
    assert.equal(takenOver["leaseTransitions"], 1);
    assert.equal((await specOf(connection, "handover"))["holderIdentity"], "");
  });

  it("takes over from a replica that was killed, once its lease has run out", async () => {
    const { kubeconfig } = await controlPlane();
    const script = join(__dirname, "lease-holder.ts");
    const first = spawn(process.execPath, ["--import=tsx", script, kubeconfig, "killed", "a_1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(first.stdout, "data");
    const killedAt = systemClock.now();
    first.kill("SIGKILL");
    const second = lasting();
    const stop = new AbortController();
    const holding = leaseOf(await adminConnection(), "killed", "b_2").hold(second.work, stop.signal);
    await second.began;
    const tookMs = systemClock.now() - killedAt;
    stop.abort();
    await holding;

    assert.ok(tookMs > 2_000 && tookMs < 8_000, `took ${tookMs} ms`);
  });

  it("stops the work and rejects when the lease cannot be renewed in time", async () => {
    const { kubeconfig, directory } = await controlPlane();
    const outage = await outageOf(kubeconfig, join(directory, "lease-outage.kubeconfig"));
    const cut = new Connection(Credentials.fromFile(outage.kubeconfig, systemClock), ports, { qps: 10, burst: 10 });
    const { began, work } = lasting();
    const holding = leaseOf(cut, "cut-off", "a_1").hold(work, new AbortController().signal);
    const lost = assert.rejects(holding, LeadershipLostError);
    await began;
    const cutAt = systemClock.now();
    outage.cut();
    await lost;
    const tookMs = systemClock.now() - cutAt;
    outage.close();

    assert.ok(tookMs < times.durationMs, `took ${tookMs} ms`);
  });
});
