import assert from "node:assert/strict";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import type { CSINode } from "#controller/api/storage";
import { isOpen, podsToPlace, problemOf } from "#controller/simulation/problem";
import { Intentions } from "#controller/state/intentions";
import { daemonSet, instanceType, node, nodeClaim, nodePool, pod, podOn } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { claimThat, running, seen, snapshot } from "#support/snapshots";

const settings = { preferences: "Respect", minValues: "Strict" } as const;
const types = [instanceType("m5.large", { cpu: 2, memoryGi: 8 })];
const catalog = new Map([["default", types]]);
const ready = (...more: readonly DeepPartial<NodePool>[]): NodePool =>
  nodePool({ status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } }, ...more);
const leaving = { claim: { metadata: { deletionTimestamp: "2026-01-05T11:00:00Z" } } };
const uids = (pods: readonly { readonly metadata: { readonly uid?: string } }[]) =>
  pods.map(({ metadata }) => metadata.uid);

describe("the provisioner's question", () => {
  it("is about waiting pods, and those of nodes that are leaving", () => {
    const machine = running("web", leaving);
    const displaced = podOn(machine.node.metadata.name);
    const daemon = podOn(
      machine.node.metadata.name,
      {},
      {
        metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "1" }] },
      },
    );
    const waiting = pod();
    const nominated = pod({ status: { nominatedNodeName: "node-9" } });
    const look = snapshot({ ...seen([machine]), pods: [displaced, daemon, waiting, nominated] });

    assert.deepEqual(uids(podsToPlace(look)), uids([waiting, displaced]));
  });

  it("is not about pods that a node is being launched for", () => {
    const intentions = new Intentions();
    const machine = running("web", leaving);
    const [displaced, waiting, other] = [podOn(machine.node.metadata.name), pod(), pod()];
    intentions.launching(nodeClaim(), { pods: [displaced, waiting], capacity: {} });
    const look = snapshot({ ...seen([machine]), pods: [displaced, waiting, other] }, intentions);

    assert.deepEqual(uids(podsToPlace(look)), uids([other]));
  });

  it("is not about one successor for each of these that went, but about what its owner made beside", () => {
    const intentions = new Intentions();
    const by = (uid: string): DeepPartial<Pod> => ({
      metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: uid, uid, controller: true }] },
    });
    const [gone, going, there] = [pod(by("a")), pod(by("a")), pod(by("a"))];
    const evicted = { ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-05T12:00:00Z" } };
    intentions.launching(nodeClaim(), { pods: [gone, going, there], capacity: {} });
    const successors = [pod(by("a")), pod(by("a")), pod(by("a"))];
    const foreign = pod(by("b"));
    const look = snapshot({ pods: [evicted, there, ...successors, foreign] }, intentions);

    assert.deepEqual(uids(podsToPlace(look)), uids([...successors.slice(2), foreign]));
  });

  it("PROV-002 PROV-017 offers pools that are ready, dynamic, not going, and whose class can launch", () => {
    assert.equal(isOpen(ready()), true);
    assert.equal(isOpen(nodePool()), false);
    assert.equal(isOpen(ready({ metadata: { generation: 2 } })), false);
    assert.equal(isOpen(ready({ spec: { replicas: 1 } })), false);
    assert.equal(isOpen(ready({ metadata: { deletionTimestamp: "2026-01-05T11:00:00Z" } })), false);

    const elsewhere = ready({ spec: { template: { spec: { nodeClassRef: { name: "other" } } } } });
    const { pools } = problemOf(snapshot({ pools: [ready(), elsewhere] }), catalog, settings);
    assert.deepEqual(
      pools.map(({ instanceTypes }) => instanceTypes),
      [types],
    );
  });

  it("PROV-003 STATE-015 counts what a pool has: real machines as they are, launching ones as the most they may become", () => {
    const intentions = new Intentions();
    const web = { metadata: { labels: { "karpenter.sh/nodepool": "web" } } };
    const launching = nodeClaim(web);
    intentions.launching(launching, { pods: [], capacity: { cpu: "64" } });
    const claims = [launching, claimThat(["Launched"], web), ...seen([running("web", leaving)]).claims];
    const look = snapshot({ claims, pools: [ready({ metadata: { name: "web" } })] }, intentions);
    const [choice] = problemOf(look, catalog, settings).pools;

    assert.deepEqual(choice?.usage, { cpu: "68", memory: "16Gi", pods: "110", nodes: "2" });
  });

  it("SCHED-018 offers a node that stopped being ready like one that is still coming", () => {
    const { claim, node: up } = running("web", {
      node: { status: { conditions: [{ type: "Ready", status: "False" }] } },
    });
    const { nodes } = problemOf(snapshot({ claims: [claim], nodes: [up] }), catalog, settings);

    assert.deepEqual(
      nodes.map(({ initialized }) => initialized),
      [false],
    );
  });

  it("SCHED-023 knows how many volumes of each driver a node can attach", () => {
    const { claim, node: up } = running("web");
    const drivers = [{ name: "ebs.csi.aws.com", allocatable: { count: 25 } }, { name: "efs.csi.aws.com" }];
    const csiNodes = [{ metadata: { name: up.metadata.name }, spec: { drivers } }];
    const other = node();
    const { nodes } = problemOf(snapshot({ claims: [claim], nodes: [up, other], csiNodes }), catalog, settings);
    const limits = new Map(nodes.map(({ name, volumeLimits }) => [name, volumeLimits]));

    assert.deepEqual(limits.get(up.metadata.name), { "ebs.csi.aws.com": 25 });
    assert.equal(limits.get(other.metadata.name), undefined);
  });

  it("SCHED-032 counts daemons with resource claims only when told to", () => {
    const plain = daemonSet();
    const resources = { claims: [{ name: "gpu" }] };
    const devices = daemonSet({}, { containers: [{ name: "main", resources }], resourceClaims: [{ name: "gpu" }] });
    const look = snapshot({ daemonSets: [plain, devices] });

    assert.deepEqual(problemOf(look, catalog, settings).daemonSets, [plain]);
    assert.deepEqual(problemOf(look, catalog, { ...settings, ignoreDraRequests: false }).daemonSets, [plain, devices]);
  });

  it("lets nobody count on reserved capacity where its gate is off", () => {
    const asked = (ReservedCapacity: boolean) =>
      problemOf(snapshot({}), catalog, { ...settings, featureGates: { ReservedCapacity } }).settings.reservations;

    assert.deepEqual([asked(true), asked(false)], [undefined, "Ignore"]);
  });

  it("SCHED-038 spreads pods without constraints of their own as configured", () => {
    const constraint = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" } as const;
    const matchLabels = { app: "web" };
    const services = [{ metadata: { name: "web", namespace: "default" }, spec: { selector: matchLabels } }];
    const look = snapshot({ pods: [pod({ metadata: { labels: matchLabels } })], services });
    const { pods } = problemOf(look, catalog, { ...settings, schedulerConfig: { defaultConstraints: [constraint] } });

    assert.deepEqual(pods[0]?.spec.topologySpreadConstraints, [{ ...constraint, labelSelector: { matchLabels } }]);
  });

  it("offers nodes that stay, once they are launched, and those of others", () => {
    const up = running("web");
    const claims = [
      claimThat(["Launched"], { metadata: { name: "coming" } }),
      nodeClaim(),
      running("web", leaving).claim,
    ];
    const foreign = node();
    const look = snapshot({ claims: [...claims, up.claim], nodes: [up.node, foreign] });
    const { nodes } = problemOf(look, catalog, settings);

    assert.deepEqual(
      nodes.map(({ name, initialized }) => [name, initialized]).toSorted(),
      [
        ["coming", false],
        [up.node.metadata.name, true],
        [foreign.metadata.name, true],
      ].toSorted(),
    );
  });

  it("speaks of a node by the same object until it changes, or what it can attach", () => {
    const { claim, node: up } = running("web");
    const csi = (count: number): CSINode => ({
      metadata: { name: up.metadata.name },
      spec: { drivers: [{ name: "ebs.csi.aws.com", allocatable: { count } }] },
    });
    const [few, many] = [csi(2), csi(9)];
    const stateWith = (csiNodes: readonly CSINode[], pods: readonly Pod[] = []) =>
      problemOf(snapshot({ claims: [claim], nodes: [up], csiNodes, pods }), catalog, settings).nodes[0];
    const first = stateWith([few]);

    assert.equal(stateWith([few]), first);
    assert.deepEqual(stateWith([many])?.volumeLimits, { "ebs.csi.aws.com": 9 });
    assert.deepEqual(stateWith([few]), first);
    assert.equal(stateWith([few], [podOn(up.metadata.name)])?.pods.length, 1);
  });
});
