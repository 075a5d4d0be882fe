import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod, PodSpec } from "#controller/api/pod";
import type { PlannedNode } from "#controller/scheduling/plan";
import type { Problem } from "#controller/scheduling/problem";
import { choice, daemonSet, instanceType, nodePool, nodeState, pod, podOn, problem } from "#support/builders";
import { violationsOf } from "#support/plan-checker";
import { inZone, plan, plannedNode, saidOfNewNode, saidOfNode } from "#support/plans";

const small = instanceType("m.small", { cpu: 2, memoryGi: 8 });
const large = instanceType("m.large", { cpu: 8, memoryGi: 32 });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [small, large]);

const onNewNode = (pods: readonly Pod[], parts: Partial<PlannedNode> = {}, from = pool) =>
  saidOfNewNode(from, pods, parts);
const onNode = (pods: readonly Pod[], state = nodeState({ name: "node" }), rest: Partial<Problem> = {}) =>
  saidOfNode(state, pods, rest);

const named = (name: string, spec: Partial<PodSpec> = {}, requests = { cpu: "1" }): Pod =>
  pod({ metadata: { name } }, { spec: { containers: [{ name: "main", resources: { requests } }], ...spec } });

describe("plan checker: room", () => {
  it("wants every machine that is listed to hold the pods", () => {
    assert.deepEqual(onNewNode([named("one", {}, { cpu: "2" })]), []);
    assert.deepEqual(onNewNode([named("one", {}, { cpu: "2001m" })]), [
      "m.small has not enough cpu for planned node 1",
    ]);
  });

  it("counts how many pods a node may have, and resources it does not have at all", () => {
    const tiny = choice(nodePool(), [instanceType("t", { cpu: 8, memoryGi: 8, pods: 1 })]);
    assert.deepEqual(onNewNode([named("one"), named("two")], {}, tiny), ["t has not enough pods for planned node 1"]);
    const greedy = pod({
      spec: { containers: [{ name: "main", resources: { requests: { "example.com/gpu": "1" } } }] },
    });
    const requests = { cpu: "0", "example.com/gpu": "1", pods: "1" };
    assert.deepEqual(onNewNode([greedy], { requests, instanceTypes: [large] }), [
      "m.large has not enough example.com/gpu for planned node 1",
    ]);
  });

  it("counts who is there already, but not who has ended", () => {
    const guest = named("guest", {}, { cpu: "2" });
    const busy = nodeState({ name: "node", pods: [podOn("node", { cpu: "3" })] });
    assert.deepEqual(onNode([guest], busy), ["node has not enough cpu for node"]);
    const ended = nodeState({ name: "node", pods: [podOn("node", { cpu: "3" }, { status: { phase: "Succeeded" } })] });
    assert.deepEqual(onNode([guest], ended), []);
  });

  it("counts init containers, sidecars, overhead and what the pod asks for as a whole", () => {
    const asks = (cpu: string) => ({ resources: { requests: { cpu } } });
    const requests = { cpu: "8", pods: "1" };
    const tooMuch = ["m.large has not enough cpu for planned node 1"];
    const said = (spec: Partial<PodSpec>) => onNewNode([named("one", spec)], { instanceTypes: [large], requests });
    const ask = { requests: { cpu: "9", pods: "1" } };
    const saidOf = (spec: Partial<PodSpec>) => onNewNode([named("one", spec)], { instanceTypes: [large], ...ask });

    assert.deepEqual(said({ initContainers: [{ name: "init", ...asks("8") }] }), []);
    assert.deepEqual(saidOf({ initContainers: [{ name: "init", ...asks("9") }] }), tooMuch);
    const sidecar = { name: "sidecar", restartPolicy: "Always", ...asks("1") };
    assert.deepEqual(said({ initContainers: [sidecar, { name: "init", ...asks("7") }] }), []);
    assert.deepEqual(saidOf({ initContainers: [sidecar, { name: "init", ...asks("8") }] }), tooMuch);
    assert.deepEqual(said({ initContainers: [{ name: "init", ...asks("8") }, sidecar] }), []);
    assert.deepEqual(saidOf({ initContainers: [{ ...sidecar, ...asks("8") }] }), tooMuch);
    assert.deepEqual(said({ overhead: { cpu: "7" } }), []);
    assert.deepEqual(saidOf({ overhead: { cpu: "8" } }), tooMuch);
    assert.deepEqual(saidOf({ resources: { requests: { cpu: "9" } } }), tooMuch);
  });

  it("wants the claim to ask for what its pods need", () => {
    assert.deepEqual(onNewNode([named("one")], { requests: { cpu: "999m", pods: "1" } }), [
      "planned node 1 asks for less cpu than its pods",
    ]);
  });

  it("keeps room for daemons that come with the machine, and only for those", () => {
    const pods = [named("one", {}, { cpu: "1500m" })];
    const said = (...daemonSets: ReturnType<typeof daemonSet>[]) =>
      violationsOf(plan({ newNodes: [plannedNode(pool, pods)] }), problem({ pods, pools: [pool], daemonSets }));
    const tooMuch = ["m.small has not enough cpu for planned node 1"];

    assert.deepEqual(said(daemonSet({ cpu: "500m" })), []);
    assert.deepEqual(said(daemonSet({ cpu: "501m" })), tooMuch);
    assert.deepEqual(said(daemonSet({ cpu: "501m" }, { nodeSelector: { [labels.arch]: "arm64" } })), []);
    assert.deepEqual(said(daemonSet({ cpu: "501m" }, { nodeSelector: { [labels.initialized]: "true" } })), tooMuch);
    assert.deepEqual(said(daemonSet({ cpu: "501m" }, { nodeSelector: { [labels.zone]: "test-zone-b" } })), tooMuch);
    assert.deepEqual(said(daemonSet({ cpu: "300m" }), daemonSet({ cpu: "300m" })), tooMuch);
  });

  it("keeps room on nodes for daemons that have not come yet", () => {
    const set = daemonSet({ cpu: "2" });
    const { name } = set.metadata;
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "DaemonSet", name, uid: "" }];
    const running = podOn("node", { cpu: "1" }, { metadata: { namespace: "kube-system", ownerReferences } });
    const rest = { daemonSets: [set] };

    assert.deepEqual(onNode([named("one", {}, { cpu: "2" })], undefined, rest), []);
    assert.deepEqual(onNode([named("one", {}, { cpu: "3" })], undefined, rest), ["node has not enough cpu for node"]);
    // Its newest pod says how much it takes, which admission has halved.
    assert.deepEqual(onNode([named("one", {}, { cpu: "3" })], nodeState({ name: "node", pods: [running] }), rest), []);
  });

  it("goes by what the offering gives, where that differs", () => {
    const [offering, ...others] = large.offerings;
    assert.ok(offering);
    const uneven = { ...large, offerings: [{ ...offering, allocatable: { cpu: "3" } }, ...others] };
    const from = choice(nodePool(), [uneven]);
    assert.deepEqual(onNewNode([named("one", {}, { cpu: "4" })], {}, from), [
      "m.large has not enough cpu for planned node 1",
    ]);
    assert.deepEqual(onNewNode([named("one", {}, { cpu: "4" })], { requirements: [inZone("test-zone-b")] }, from), []);
  });

  it("counts for a pod that is resized what it has and what it asks for, unless it asks in vain", () => {
    const resized = (reason?: string) =>
      podOn(
        "node",
        { cpu: "3" },
        {
          status: {
            containerStatuses: [
              { name: "main", allocatedResources: { cpu: "1" }, resources: { requests: { cpu: "1" } } },
            ],
            conditions: reason === undefined ? [] : [{ type: "PodResizePending", status: "True", reason }],
          },
        },
      );
    const said = (resident: Pod) =>
      onNode([named("one", {}, { cpu: "2" })], nodeState({ name: "node", pods: [resident] }));
    assert.deepEqual(said(resized()), ["node has not enough cpu for node"]);
    assert.deepEqual(said(resized("Deferred")), ["node has not enough cpu for node"]);
    assert.deepEqual(said(resized("Infeasible")), []);
  });
});
