import assert from "node:assert/strict";
import { EventRecorder } from "#controller/kube/event-recorder";
import type { Connection } from "#controller/kube/connection";
import { systemRandom } from "#controller/runtime/system-random";
import { adminConnection, controlPlane, STARTING_MS } from "#support/control-plane";
import { FakeClock } from "#support/fake-clock";
import { silentLog } from "#support/silence";

const eventsInfo = { apiVersion: "v1", plural: "events", namespaced: true };

interface WireEvent {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly source: { readonly component: string };
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

async function eventsAbout(connection: Connection, name: string): Promise<readonly WireEvent[]> {
  const query = { fieldSelector: `involvedObject.name=${name}` };
  const request = { verb: "list", info: eventsInfo, target: { namespace: "default" }, query } as const;
  return ((await connection.send(request)) as { items: WireEvent[] }).items; // an EventList
}

async function setup(name: string) {
  const connection = await adminConnection();
  const clock = new FakeClock(Date.now());
  const recorder = new EventRecorder({
    connection,
    clock,
    random: systemRandom,
    log: silentLog,
    instance: "karpenter-1",
  });
  const about = { kind: "Node" as const, metadata: { name, uid: `uid-of-${name}` } };
  const publish = async (message: string, reason = "DisruptionBlocked"): Promise<void> => {
    recorder.publish({ about, type: "Normal", reason, message });
    await recorder.flush();
  };
  return { connection, clock, recorder, about, publish };
}

describe("the event recorder", function () {
  this.timeout(60_000);

  before(async function () {
    this.timeout(STARTING_MS);
    await controlPlane();
  });

  it("OBS-006 says the same thing about the same object once within its time, and counts it afterwards", async () => {
    const { connection, clock, publish } = await setup("repeated");
    await publish("pdb blocks");
    await publish("pdb blocks");
    const once = await eventsAbout(connection, "repeated");
    await clock.advance(121_000);
    await publish("pdb blocks");
    await publish("another reason");
    const later = await eventsAbout(connection, "repeated");

    assert.deepEqual(
      once.map(({ count }) => count),
      [1],
    );
    assert.deepEqual(later.map(({ message, count }) => `${message} ${count}`).sort(), [
      "another reason 1",
      "pdb blocks 2",
    ]);
  });

  it("writes events about cluster-scoped objects to the default namespace, as karpenter", async () => {
    const { connection, publish } = await setup("scoped");
    await publish("hello");

    const [event] = await eventsAbout(connection, "scoped");
    assert.equal(event?.source.component, "karpenter");
    assert.deepEqual([event.involvedObject.kind, event.involvedObject.name], ["Node", "scoped"]);
  });

  it("OBS-007 lets a burst of nominations through, then so many a second", async () => {
    const { connection, clock, recorder, about } = await setup("nominated");
    const nominate = (from: number, to: number): void => {
      for (let pod = from; pod < to; pod++)
        recorder.publish({ about, type: "Normal", reason: "Nominated", message: `pod-${pod}` });
    };
    nominate(0, 30);
    await recorder.flush();
    const burst = (await eventsAbout(connection, "nominated")).length;
    await clock.advance(1_000);
    nominate(30, 60);
    await recorder.flush();

    assert.equal(burst, 10);
    assert.equal((await eventsAbout(connection, "nominated")).length, 15);
  });
});
