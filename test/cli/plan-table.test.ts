import assert from "node:assert/strict";
import { planTable } from "#cli/plan-table";
import { run } from "#cli/main";
import type { Plan, PlannedNode } from "#controller/scheduling/plan";
import { instanceType, nodePool, pod } from "#support/builders";
import { catalogOf, scenarioFile } from "#support/command-line";

const terminal = { out: () => undefined, err: () => undefined, columns: 70, colors: false };
const view = { seconds: [0.0123], place: { region: "us-east-1", pricedAs: "us-east-1" }, terminal };
const none: Plan = { newNodes: [], existing: new Map(), unschedulable: [], deferred: [], zones: new Map() };

const pool = nodePool({ metadata: { name: "general" } });
const type = instanceType("m5.large", { cpu: 4, memoryGi: 8 });

const planned = (zone: string, pods: number, cpu: string): PlannedNode => ({
  pool,
  pods: Array.from({ length: pods }, () => pod()),
  requirements: [],
  instanceTypes: [type],
  requests: { cpu, memory: "2Gi" },
  cheapest: { instanceType: "m5.large", offering: { zone, capacityType: "spot", price: 0.25, available: true } },
  minValuesRelaxed: false,
});

/** Lines, with one tab where there is more than one blank. */
const linesOf = (text: string): readonly string[] =>
  text.split("\n").map((line) => line.trim().replaceAll(/\s{2,}/g, "\t"));

describe("the table of a plan", () => {
  it("has a row for nodes that are bought alike, the dearest row first, with how full they are", () => {
    const lines = linesOf(
      planTable({ ...none, newNodes: [planned("b", 1, "1"), planned("a", 2, "3"), planned("a", 3, "2")] }, view),
    );

    assert.deepEqual(lines.slice(0, 4), [
      "New nodes",
      "nodes\ttype\tzone\tcapacity\tpool\tprice/h\tpods\tcpu\tmemory",
      "2\tm5.large\ta\tspot\tgeneral\t$0.2500\t5\t63%\t25%",
      "1\tm5.large\tb\tspot\tgeneral\t$0.2500\t1\t25%\t25%",
    ]);
  });

  it("names nodes that take pods, and some of the pods", () => {
    const pods = Array.from({ length: 5 }, () => pod());
    const lines = linesOf(planTable({ ...none, existing: new Map([["node-1", pods]]) }, view));

    assert.ok(lines.includes("node-1\t5\tdefault/pod-1, default/pod-2, default/pod-3 and 2 more"));
  });

  it("says each reason once, with the pods that it holds for, in lines that fit", () => {
    const reason = Array.from({ length: 20 }, (_, i) => `word-${i}`).join(" ");
    const unschedulable = [
      { pod: pod(), reason: "odd" },
      { pod: pod(), reason },
      { pod: pod(), reason },
    ];
    const text = planTable({ ...none, unschedulable }, view);

    assert.ok(text.includes("2 pods: default/pod-2, default/pod-3\n"));
    assert.ok(text.indexOf("word-0") < text.indexOf("odd"));
    assert.equal(text.match(/word-0 /g)?.length, 1);
    assert.ok(
      text.split("\n").every((line) => line.length <= 70),
      text,
    );
  });

  it("says of pods that are left for the next plan what they wait for", () => {
    const lines = linesOf(planTable({ ...none, deferred: [pod(), pod()] }, view));

    assert.deepEqual(lines.slice(0, 4), [
      "Pods that wait for the next plan",
      "2 pods: default/pod-1, default/pod-2",
      "a capacity reservation suits it, and this plan uses it up: the",
      "next plan, in seconds, may buy something else",
    ]);
    assert.ok(lines.some((line) => line.startsWith("0 new nodes for 0 pods, 2 pods waiting")));
  });

  it("ends with the number of nodes and pods, the price and the time", () => {
    const lines = linesOf(
      planTable(
        {
          newNodes: [planned("a", 2, "1")],
          existing: new Map([["n", [pod()]]]),
          unschedulable: [{ pod: pod(), reason: "odd" }],
          deferred: [],
          zones: new Map(),
        },
        view,
      ),
    );

    assert.deepEqual(lines.slice(-3), [
      "1 new node for 2 pods, 1 pod on existing nodes, 1 pod not placed: $0.2500 per hour",
      "planned in 12.3 ms",
      "",
    ]);
  });

  it("sums up several rounds", () => {
    const text = planTable(none, { ...view, seconds: [3, 0.001, 0.5] });

    assert.ok(text.includes("planned 3 times, in 500.0 ms (1.0 ms to 3.00 s)"), text);
  });

  it("is in yuan where prices are", () => {
    assert.match(
      planTable(none, { ...view, place: { region: "cn-north-1", pricedAs: "cn-north-1" } }),
      /¥0\.0000 per hour/,
    );
  });

  it("says when the prices are another region's", () => {
    const text = planTable(none, { ...view, place: { region: "us-west-2", pricedAs: "us-east-1" } });

    assert.match(text, /^prices are those of us-east-1, since the catalog has none of us-west-2$/m);
  });

  it("has colors on a terminal only", async () => {
    const file = scenarioFile([pool, pod()]);
    const printed = async (colors: boolean): Promise<string> => {
      let out = "";
      const collecting = { ...terminal, colors, out: (text: string) => (out += text) };
      await run(["simulate", "--scenario", file, "--catalog", catalogOf()], collecting);
      return out;
    };

    const escape = "\u001B[";
    assert.ok((await printed(true)).includes(escape));
    assert.ok(!(await printed(false)).includes(escape));
  });
});
