import assert from "node:assert/strict";
import { type Report, write } from "../../../bench/report/formats";
import type { Row } from "../../../bench/measure/outcome";
import { passes, row } from "./rows";

const machine = { processor: "Abacus 9", cores: 2, memoryBytes: 24 * 2 ** 30, node: "v24.0.0", go: "go1.26.8" };
const reportOn = (...rows: readonly Row[]): Report => ({ machine, rows, passes: [] });

/** The cells of the last row of the table in Markdown, by title. */
function cells(of: Row): Readonly<Record<string, string>> {
  const lines = write.markdown(reportOn(of)).split("\n");
  const [titles = [], , values = []] = lines
    .filter((line) => line.startsWith("|"))
    .map((line) => line.slice(2, -2).split(" | "));
  return Object.fromEntries(titles.map((title, index) => [title, values[index] ?? ""]));
}

describe("write", () => {
  it("shows ours beside the peer's", () => {
    const shown = cells(row({ ours: { seconds: [0.3, 0.1, 0.123], price: 103 }, peer: { nodes: 7, price: 150 } }));

    assert.deepEqual(shown, {
      scenario: "diverse",
      pods: "5000",
      "ours, first": "0.300 s",
      ours: "0.123 s",
      peer: "1.00 s",
      faster: "8.13×",
      "ours $/h": "$103.00",
      "peer $/h": "$150.00",
      "bound $/h": "$100.00",
      "ours ÷ bound": "1.030",
      "peer ÷ bound": "1.500",
      nodes: "10 / 7",
      "left over": "0 / 0",
      "loop held": "12 ms",
      memory: "256 MiB",
    });
  });

  it("shows a peer that was not waited for as slower than that, and has no other figures of it", () => {
    const { peer, faster, nodes, "peer $/h": price } = cells(row({ peer: { because: "late", waitedSeconds: 600 } }));

    assert.deepEqual({ peer, faster, nodes, price }, { peer: "> 600 s", faster: "–", nodes: "10 / –", price: "–" });
  });

  it("shows no ratio to the bound for a plan that leaves pods over", () => {
    assert.equal(cells(row({ ours: { unscheduled: ["default/a"] } }))["ours ÷ bound"], "–");
  });

  it("calls a plan without any costs as cheap as can be", () => {
    const free = row({ ours: { price: 0 }, bound: { price: 0, nodes: 0, unplaceable: 0 } });

    assert.equal(cells(free)["ours ÷ bound"], "1.000");
  });

  it("begins with the machine and ends with the goals, in one line each", () => {
    for (const format of ["table", "markdown"] as const) {
      const lines = write[format](reportOn(row())).split("\n");

      assert.equal(lines[0], "2 cores (Abacus 9), 24 GiB, Node v24.0.0, go1.26.8");
      assert.match(lines.at(-1) ?? "", /^Goals met: .*not measured: /);
    }
  });

  it("says of passes how long they held the event loop, before the goals", () => {
    const lines = write.table({ ...reportOn(row()), passes: [passes(41.6)] }).split("\n");

    assert.match(
      lines.at(-3) ?? "",
      /^Passes of the provisioner, 5000 pending pods, 2000 nodes .*: event loop held for 42 ms at most \(90 ms with/,
    );
  });

  it("has everything in JSON", () => {
    const told = JSON.parse(write.json({ ...reportOn(row()), passes: [passes(1)] })) as Record<string, unknown>;

    assert.deepEqual(told["machine"], machine);
    assert.deepEqual(told["rows"], [row()]);
    assert.deepEqual(told["passes"], [passes(1)]);
    assert.ok(Array.isArray(told["goals"]));
  });
});
