import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { choice, instanceType, nodePool, nodeState, pod, podAsking, problem } from "#support/builders";
import { closest } from "../../../bench/differential/ask";
import { compare } from "../../../bench/differential/compare";
import { explanationOf, unexplainedIn } from "../../../bench/differential/explanations";
import { planOf } from "../../../bench/differential/peer-plan";
import type { PeerNode, PeerPlan } from "../../../bench/peer/peer";

const small = instanceType("m.small", { cpu: 2, memoryGi: 8, price: 0.1 });
const large = instanceType("m.large", { cpu: 8, memoryGi: 32, price: 0.3 });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [small, large]);

const peerNode = (names: readonly string[], parts: Partial<PeerNode> = {}): PeerNode => ({
  ...{ nodePool: "pool", pods: names.map((name) => `default/${name}`), instanceTypes: ["m.small", "m.large"] },
  ...{ instanceType: "m.small", zone: "test-zone-a", capacityType: "on-demand", price: 0.1, requirements: [] },
  ...parts,
});
const answer = (parts: Partial<PeerPlan>): PeerPlan => ({
  ...{ newNodes: [], existingNodes: {}, unschedulable: {}, hourlyPrice: 0, solveSeconds: [], peakRssBytes: 0 },
  ...parts,
});
const asking = (name: string, cpu: string, more: Partial<Pod["spec"]> = {}): Pod => ({
  ...podAsking({ cpu }, more),
  metadata: { name, namespace: "default" },
});

describe("the peer's plan as one of ours", () => {
  const pods = [asking("one", "1"), asking("two", "1")];
  const each = problem({ pods, pools: [pool], nodes: [nodeState({ name: "node" })] });

  it("has the same objects, by their names", () => {
    const plan = planOf(answer({ newNodes: [peerNode(["one"])], unschedulable: { "default/two": "why" } }), each);

    const [node] = plan.newNodes;
    assert.ok(node);
    assert.equal(node.pods[0], pods[0]);
    assert.deepEqual(node.instanceTypes, [small, large]);
    assert.equal(node.cheapest.offering, small.offerings[0]);
    assert.deepEqual(plan.unschedulable, [{ pod: pods[1], reason: "why" }]);
    assert.deepEqual(planOf(answer({ existingNodes: { node: ["default/one"] } }), each).existing.get("node"), [
      pods[0],
    ]);
  });

  it("leaves out what the peer only notes for itself", () => {
    const requirements = [{ key: labels.registered, operator: "In" as const, values: ["true"] }];

    const plan = planOf(answer({ newNodes: [peerNode(["one"], { requirements })] }), each);
    assert.deepEqual(plan.newNodes[0]?.requirements, []);
  });

  it("names nothing that was not given", () => {
    assert.throws(() => planOf(answer({ newNodes: [peerNode(["three"])] }), each), /default\/three/);
    assert.throws(() => planOf(answer({ newNodes: [peerNode(["one"], { nodePool: "none" })] }), each), /pool none/);
    assert.throws(() => planOf(answer({ newNodes: [peerNode(["one"], { zone: "none" })] }), each), /not sold/);
  });
});

describe("comparing plans", () => {
  it("finds none where the peer does the same", () => {
    const each = problem({ pods: [asking("one", "1")], pools: [pool] });

    assert.deepEqual(compare(each, answer({ newNodes: [peerNode(["one"])] })).differences, []);
  });

  it("finds pods that only the peer places, and pods that only we place", () => {
    const each = problem({ pods: [asking("one", "1"), asking("big", "9")], pools: [pool] });

    const { differences } = compare(each, answer({ newNodes: [peerNode(["one", "big"])] }));
    assert.deepEqual(
      differences.map((difference) => [difference.kind, "pod" in difference && difference.pod]),
      [["unplaced", "default/big"]],
    );
    const refused = answer({ unschedulable: { "default/one": "", "default/big": "" } });
    assert.deepEqual(compare(each, refused).onlyOurs, ["default/one"]);
    assert.deepEqual(compare(each, refused).differences, []);
  });

  it("finds a dearer plan for the same pods", () => {
    const each = problem({ pods: [asking("one", "1")], pools: [pool] });
    const cheaper = { ...small, offerings: small.offerings.map((offering) => ({ ...offering, price: 0.01 })) };
    const elsewhere = problem({ ...each, pools: [{ ...pool, instanceTypes: [cheaper, large] }] });

    const made = compare(elsewhere, answer({ newNodes: [peerNode(["one"], { price: 0.01 })] }));
    assert.deepEqual(made.differences, []);
    const free = answer({ existingNodes: { node: ["default/one"] } });
    const tight = problem({
      ...each,
      nodes: [nodeState({ name: "node", taints: [{ key: "a", effect: "NoSchedule" }] })],
    });
    assert.deepEqual(
      compare(tight, free).differences.map(({ text }) => text),
      ["ours costs 0.10000, the peer's 0.00000"],
    );
  });

  it("knows which rules the peer breaks", () => {
    const each = problem({ pods: [asking("one", "1", { nodeSelector: { team: "red" } })], pools: [pool] });
    const made = compare(each, answer({ newNodes: [peerNode(["one"])] }));

    assert.deepEqual(made.peerViolations, [
      "default/one does not want planned node 1 as m.small, on-demand in test-zone-a",
    ]);
    const [difference] = made.differences;
    assert.ok(difference);
    assert.equal(explanationOf(difference, made), "contradiction");
  });
});

describe("explaining differences", () => {
  const limited = choice(nodePool({ metadata: { name: "pool" }, spec: { limits: { nodes: "1" } } }), [small]);
  const onlySmall = { instanceTypes: ["m.small"] };
  const both = problem({ pods: [asking("one", "1500m"), asking("two", "1500m")], pools: [limited] });

  it("takes contention for no fault if the pod has a place once the others do not ask", () => {
    const loser = compare(both, answer({ unschedulable: { "default/one": "", "default/two": "" } })).ours.unschedulable;
    const [{ pod: lost } = { pod: pod() }] = loser;
    const winner = both.pods.find((each) => each !== lost);
    assert.ok(winner);
    const theirs = answer({
      newNodes: [peerNode([lost.metadata.name], onlySmall)],
      unschedulable: { [`default/${winner.metadata.name}`]: "" },
    });

    const made = compare(both, theirs);
    assert.equal(made.differences.length, 1);
    assert.deepEqual(unexplainedIn(made), []);
  });

  it("takes it for a fault if we place fewer, or never place the pod", () => {
    const hopeless = problem({ pods: [asking("one", "1"), asking("big", "9")], pools: [limited] });
    const theirs = answer({ newNodes: [peerNode(["big"], onlySmall)], unschedulable: { "default/one": "" } });
    const elsewhere = { ...compare(hopeless, theirs), peerViolations: [] };

    assert.equal(unexplainedIn(elsewhere).length, 1);
  });

  it("asks for a difference from every answer that the peer may give", () => {
    const each = problem({ pods: [asking("one", "1"), asking("big", "9")], pools: [pool] });
    const lucky = answer({ existingNodes: { node: ["default/big"] }, newNodes: [peerNode(["one"])] });
    const usual = answer({ newNodes: [peerNode(["one"])], unschedulable: { "default/big": "" } });
    const withNode = problem({ ...each, nodes: [nodeState({ name: "node", allocatable: { cpu: "8", pods: "9" } })] });

    assert.equal(closest(withNode, [lucky]).differences.length > 0, true);
    assert.deepEqual(closest(withNode, [lucky, usual]).differences, []);
  });
});
