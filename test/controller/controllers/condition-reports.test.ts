import assert from "node:assert/strict";
import type { Kind, Kinds } from "#controller/api/kinds";
import type { KubeObject } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import { settings } from "#controller/contract/settings";
import { conditionReports } from "#controller/controllers/condition-reports";
import { Store } from "#controller/kube/store";
import type { Event } from "#controller/ports/events";
import type { Cache } from "#controller/ports/kube";
import { PrometheusMetrics } from "#controller/runtime/prometheus";
import { node, nodeClaim, nodeClass, nodePool } from "#support/builders";
import { FakeClock } from "#support/fake-clock";
import type { DeepPartial } from "#support/merge";
import { silentLog } from "#support/silence";

const START = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

/** The reports over mirrors in memory. */
function setup() {
  const clock = new FakeClock(START);
  const metrics = new PrometheusMetrics();
  const events: Event[] = [];
  const stores = new Map<Kind, Store<KubeObject>>();
  const storeOf = (kind: Kind): Store<KubeObject> => {
    const store = stores.get(kind) ?? new Store<KubeObject>(silentLog);
    stores.set(kind, store);
    return store;
  };
  const reports = conditionReports({
    clock,
    metrics,
    events: { publish: (event) => events.push(event) },
    settings: {
      featureGates: settings.featureGates.parse("CapacityBuffer=true"),
      schedulerConfig: { defaultConstraints: [] },
    },
    // Each kind's store holds what the test put there, of that kind.
    kube: { cached: <K extends Kind>(kind: K) => storeOf(kind) as unknown as Cache<Kinds[K]> },
  });
  const stop = new AbortController();
  const round = async (): Promise<void> => {
    for (const report of reports) assert.deepEqual(await report.run(stop.signal), { after: 10_000 });
  };
  const series = async (metric: string): Promise<readonly string[]> => {
    const lines = (await metrics.expose()).split("\n").filter((line) => line.startsWith(metric));
    return lines.map((line) => line.slice(metric.length));
  };
  return { clock, events, storeOf, stop, round, series };
}

let version = 0;
const claim = (launched: "True" | "Unknown", seconds: number, more: DeepPartial<NodeClaim> = {}): NodeClaim =>
  nodeClaim(
    {
      metadata: {
        name: "a",
        resourceVersion: String(++version),
        labels: { [labels.nodePool]: "default", [labels.nodeClass]: "gpu" },
      },
      status: {
        conditions: [
          {
            type: "Launched",
            status: launched,
            reason: launched === "True" ? "Launched" : "Waiting",
            message: "",
            lastTransitionTime: at(seconds),
          },
        ],
      },
    },
    more,
  );
const ofClaim = 'name="a",namespace="",nodepool="default",node_class="gpu"';

describe("reports about conditions", () => {
  it("say which conditions there are and for how long, up to date every ten seconds", async () => {
    const { clock, storeOf, round, series } = setup();
    await round();
    storeOf("NodeClaim").put(claim("Unknown", 0));
    await clock.advance(30_000);
    await round();

    const labelled = `{type="Launched",status="Unknown",reason="Waiting",${ofClaim}}`;
    assert.deepEqual(await series("operator_nodeclaim_status_condition_count"), [`${labelled} 1`]);
    assert.deepEqual(await series("operator_nodeclaim_status_condition_current_status_seconds"), [`${labelled} 30`]);
  });

  it("count a turn, how long the status before it lasted, and write an event", async () => {
    const { storeOf, round, series, events } = setup();
    storeOf("NodeClaim").put(claim("Unknown", 0));
    await round();
    storeOf("NodeClaim").put(claim("True", 40));

    const of = 'nodepool="default",node_class="gpu"';
    assert.deepEqual(await series("operator_nodeclaim_status_condition_transitions_total"), [
      `{type="Launched",status="True",reason="Launched",${of}} 1`,
    ]);
    assert.deepEqual(await series("operator_nodeclaim_status_condition_transition_seconds_sum"), [
      `{type="Launched",status="Unknown",${of}} 40`,
    ]);
    assert.deepEqual(await series("operator_nodeclaim_status_condition_count"), [
      `{type="Launched",status="True",reason="Launched",${ofClaim}} 1`,
    ]);
    assert.deepEqual(
      events.map(({ reason, message }) => [reason, message]),
      [["Launched", "Status condition transitioned, Type: Launched, Status: Unknown -> True, Reason: Launched"]],
    );
  });

  it("tell nothing of what was there before, nor after they are stopped", async () => {
    const { storeOf, round, series, events, stop } = setup();
    storeOf("NodeClaim").put(claim("True", 0));
    await round();
    stop.abort();
    storeOf("NodeClaim").put(claim("Unknown", 1));

    assert.deepEqual(await series("operator_nodeclaim_status_condition_transitions_total"), []);
    assert.deepEqual(events, []);
  });

  it("tell how long an object takes to end, which finalizers let go, and then no more of it", async () => {
    const { clock, storeOf, round, series, events } = setup();
    const going = { deletionTimestamp: at(0), finalizers: ["karpenter.sh/termination", "other/one"] };
    storeOf("NodeClaim").put(claim("True", 0, { metadata: going }));
    await clock.advance(20_000);
    await round();
    assert.deepEqual(await series("operator_nodeclaim_termination_current_time_seconds"), [`{${ofClaim}} 20`]);

    storeOf("NodeClaim").put(claim("True", 0, { metadata: { ...going, finalizers: ["other/one"] } }));
    await clock.advance(5_000);
    storeOf("NodeClaim").remove("a");
    assert.deepEqual(await series("operator_nodeclaim_termination_duration_seconds_sum"), [
      '{nodepool="default",node_class="gpu"} 25',
    ]);
    for (const gauge of ["status_condition_count", "status_condition_current", "termination_current"]) {
      assert.deepEqual(await series(`operator_nodeclaim_${gauge}`), []);
    }
    assert.deepEqual(
      events.map(({ message }) => message),
      ["Finalized karpenter.sh/termination", "Finalized other/one"],
    );
  });

  it("are about nodes, pools and classes as well", async () => {
    const { storeOf, round, series } = setup();
    const ready = {
      conditions: [{ type: "Ready", status: "True", reason: "", message: "", lastTransitionTime: at(0) }],
    } as const;
    storeOf("Node").put(node({ metadata: { name: "n" }, status: ready }));
    storeOf("NodePool").put(nodePool({ metadata: { name: "p" }, status: ready }));
    storeOf("EC2NodeClass").put(nodeClass({ metadata: { name: "c" }, status: ready }));
    await round();

    const labelled = (name: string): string => `{type="Ready",status="True",reason="",name="${name}",namespace=""`;
    assert.deepEqual(await series("operator_node_status_condition_count"), [
      `${labelled("n")},nodepool="",node_class=""} 1`,
    ]);
    assert.deepEqual(await series("operator_nodepool_status_condition_count"), [`${labelled("p")}} 1`]);
    assert.deepEqual(await series("operator_ec2nodeclass_status_condition_count"), [`${labelled("c")}} 1`]);
  });
});
