import assert from "node:assert/strict";

import type { Pod, PodSpec } from "#controller/api/pod";
import type { PlannedNode } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { choice, daemonSet, instanceType, nodePool, nodeState, pod, podOn, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { plan, plannedNode, saidOfNewNode, saidOfNode } from "#support/plans";

const small = instanceType("m.small", { cpu: 2, memoryGi: 8 });
const large = instanceType("m.large", { cpu: 8, memoryGi: 32 });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [small, large]);

const onNewNode = (pods: readonly Pod[], parts: Partial<PlannedNode> = {}, from = pool) =>
  saidOfNewNode(from, pods, parts);
const onNode = (pods: readonly Pod[], state = nodeState({ name: "node" }), rest: Partial<Problem> = {}) =>
  saidOfNode(state, pods, rest);

const named = (name: string, spec: Partial<PodSpec> = {}, requests = { cpu: "1" }): Pod =>
  pod({ metadata: { name } }, { spec: { containers: [{ name: "main", resources: { requests } }], ...spec } });

describe("plan checker: each pod once", () => {
  const one = named("one");

  it("accepts pods that have a place or a reason", () => {
    assert.deepEqual(onNewNode([one]), []);
    assert.deepEqual(onNode([one]), []);
    const refused = plan({ unschedulable: [{ pod: one, reason: "no room" }] });
    assert.deepEqual(violationsOf(refused, problem({ pods: [one] })), []);
  });

  it("objects to pods that are left out, doubled or made up", () => {
    const state = nodeState({ name: "node" });
    const said = (made: ReturnType<typeof plan>, pods: readonly Pod[]) =>
      violationsOf(made, problem({ pods, nodes: [state] }));

    assert.deepEqual(said(plan({}), [one]), ["default/one is not in the plan exactly once"]);
    const twice = plan({ existing: { node: [one] }, unschedulable: [{ pod: one, reason: "" }] });
    assert.deepEqual(said(twice, [one]), ["default/one is not in the plan exactly once"]);
    assert.deepEqual(said(plan({ existing: { node: [one] } }), []), ["default/one is not in the plan exactly once"]);
  });

  it("objects to a node and to a pool that do not exist", () => {
    const pods = [one];
    assert.deepEqual(violationsOf(plan({ existing: { gone: pods } }), problem({ pods })), [
      "gone, which does not exist, gets pods",
    ]);
    assert.deepEqual(violationsOf(plan({ newNodes: [plannedNode(pool, pods)] }), problem({ pods })), [
      "planned node 1 is of a pool that does not exist",
    ]);
  });
});

describe("plan checker: host ports", () => {
  const binding = (name: string, port: { hostPort: number; hostIP?: string; protocol?: string }): Pod =>
    named(name, { containers: [{ name: "main", ports: [{ containerPort: port.hostPort, ...port }] }] });
  const clash = ["default/a and default/b both bind host port 80/TCP of planned node 1"];
  const said = (a: Parameters<typeof binding>[1], b: Parameters<typeof binding>[1]) =>
    onNewNode([binding("a", a), binding("b", b)]).filter((text) => text.startsWith("default/a"));

  it("are bound once: per port, protocol and address, where no address means all", () => {
    assert.deepEqual(said({ hostPort: 80 }, { hostPort: 80 }), clash);
    assert.deepEqual(said({ hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80, hostIP: "0.0.0.0" }), clash);
    assert.deepEqual(said({ hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80, hostIP: "10.0.0.1" }), clash);
    assert.deepEqual(said({ hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80, hostIP: "10.0.0.2" }), []);
    assert.deepEqual(said({ hostPort: 80 }, { hostPort: 80, protocol: "UDP" }), []);
    assert.deepEqual(said({ hostPort: 80 }, { hostPort: 81 }), []);
  });

  it("are not bound against residents and daemons", () => {
    const resident = podOn("node", {}, { metadata: { name: "old" }, spec: binding("x", { hostPort: 80 }).spec });
    assert.deepEqual(onNode([binding("a", { hostPort: 80 })], nodeState({ name: "node", pods: [resident] })), [
      "default/a and default/old both bind host port 80/TCP of node",
    ]);
    const set = daemonSet({}, { hostNetwork: true, containers: [{ name: "m", ports: [{ containerPort: 80 }] }] });
    const pods = [binding("a", { hostPort: 80 })];
    const made = plan({ newNodes: [plannedNode(pool, pods)] });
    assert.deepEqual(violationsOf(made, problem({ pods, pools: [pool], daemonSets: [set] })), [
      `default/a and kube-system/${set.metadata.name} both bind host port 80/TCP of planned node 1`,
    ]);
  });
});

describe("plan checker: taints", () => {
  const dedicated = { key: "dedicated", value: "a", effect: "NoSchedule" as const };
  const tainted = choice(nodePool({ spec: { template: { spec: { taints: [dedicated] } } } }), [large]);
  const said = (tolerations: PodSpec["tolerations"] = []) => onNewNode([named("one", { tolerations })], {}, tainted);
  const kept = ["default/one does not tolerate dedicated:NoSchedule of planned node 1"];

  it("keep off whoever does not tolerate them, by key, value, effect and operator", () => {
    assert.deepEqual(said(), kept);
    assert.deepEqual(said([{ key: "dedicated", value: "a" }]), []);
    assert.deepEqual(said([{ key: "dedicated", value: "b" }]), kept);
    assert.deepEqual(said([{ key: "dedicated", operator: "Exists" }]), []);
    assert.deepEqual(said([{ key: "dedicated", operator: "Exists", effect: "NoExecute" }]), kept);
    assert.deepEqual(said([{ operator: "Exists" }]), []);
    assert.deepEqual(said([{ key: "other", operator: "Exists" }]), kept);
  });

  it("of nodes count as well, those that only prefer do not", () => {
    const state = (effect: "NoExecute" | "PreferNoSchedule") =>
      nodeState({ name: "node", taints: [{ key: "dedicated", effect }] });
    assert.deepEqual(onNode([named("one")], state("NoExecute")), [
      "default/one does not tolerate dedicated:NoExecute of node",
    ]);
    assert.deepEqual(onNode([named("one")], state("PreferNoSchedule")), []);
  });

  it("with numbers are compared by Gt and Lt", () => {
    const taints = [{ key: "sla", value: "950", effect: "NoSchedule" as const }];
    const from = choice(nodePool({ spec: { template: { spec: { taints } } } }), [large]);
    const tolerates = (operator: "Gt" | "Lt", value: string) =>
      onNewNode([named("one", { tolerations: [{ key: "sla", operator, value }] })], {}, from).length === 0;
    assert.equal(tolerates("Gt", "900"), true);
    assert.equal(tolerates("Gt", "950"), false);
    assert.equal(tolerates("Lt", "951"), true);
    assert.equal(tolerates("Lt", "many"), false);
  });
});
