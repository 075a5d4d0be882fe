import assert from "node:assert/strict";
import { clusterOf } from "../../../bench/peer/cluster";
import { labels } from "#controller/api/labels";
import type { PersistentVolumeClaim } from "#controller/api/storage";
import type { NodeState } from "#controller/scheduling/problem";
import { choice, daemonSet, nodePool, nodeState, podAsking, podOn, problem } from "#support/builders";

describe("a cluster for the peer", () => {
  it("has a Node for every node, with its labels, taints, room and pods", () => {
    const taints = [{ key: "team", value: "a", effect: "NoSchedule" }] as const;
    const state = nodeState({ taints, pods: [podOn("elsewhere", { cpu: "1" }), podAsking({ cpu: "2" })] });
    const { nodes, pods } = clusterOf(problem({ nodes: [state] }));

    assert.equal(nodes.length, 1);
    assert.equal(nodes[0]?.metadata.name, state.name);
    assert.deepEqual(nodes[0].metadata.labels, state.labels);
    assert.deepEqual(nodes[0].spec.taints, taints);
    assert.deepEqual(nodes[0].status, { capacity: state.allocatable, allocatable: state.allocatable });
    assert.deepEqual(
      pods.map(({ spec }) => spec.nodeName),
      [state.name, state.name],
    );
  });

  it("has claims for the nodes of pools only, tied to their Nodes and of the pool's class", () => {
    const pool = nodePool({ spec: { template: { spec: { nodeClassRef: { name: "special" } } } } });
    const managed = nodeOf(pool.metadata.name);
    const orphan = nodeOf("pool-that-is-gone");
    const cluster = clusterOf(problem({ pools: [choice(pool, [])], nodes: [nodeState(), managed, orphan] }));

    assert.deepEqual(
      cluster.nodeClaims.map(({ status, spec }) => [status?.nodeName, spec.nodeClassRef.name]),
      [
        [managed.name, "special"],
        [orphan.name, "unknown"],
      ],
    );
    const [claim, node] = [cluster.nodeClaims[0], cluster.nodes[1]];
    assert.deepEqual(
      [claim?.status?.providerID, claim?.status?.allocatable, claim?.metadata.labels],
      [node?.spec.providerID, managed.allocatable, node?.metadata.labels],
    );
  });

  it("has nodes of pools registered, and initialized when they are", () => {
    const [ready, coming] = marksOf([nodeOf("pool"), nodeOf("pool", { initialized: false })]);

    assert.deepEqual(ready, { registered: "true", initialized: "true", type: undefined });
    // The peer overlooks a node that is coming up as long as it has no instance type.
    assert.deepEqual(coming, { registered: "true", initialized: undefined, type: "unknown" });
  });

  it("keeps the instance type of a node that is coming up", () => {
    const known = nodeState({
      initialized: false,
      labels: { [labels.nodePool]: "pool", [labels.instanceType]: "m5.large" },
    });

    assert.equal(marksOf([known])[0]?.type, "m5.large");
  });

  it("has a CSINode for every node that says how many volumes it takes", () => {
    const limited = nodeState({ volumeLimits: { "ebs.csi.aws.com": 25 } });
    const { csiNodes } = clusterOf(problem({ nodes: [nodeState(), limited] }));

    assert.deepEqual(csiNodes, [
      {
        metadata: { name: limited.name },
        spec: { drivers: [{ name: "ebs.csi.aws.com", allocatable: { count: 25 } }] },
      },
    ]);
  });

  it("has daemon sets, namespaces and all that pods need to reach their volumes", () => {
    const set = daemonSet({ cpu: "1" });
    const namespaces = [{ metadata: { name: "default", labels: { team: "a" } } }];
    const claim: PersistentVolumeClaim = { metadata: { name: "data" }, spec: { volumeName: "disk" } };
    const volume = { metadata: { name: "disk" }, spec: {} };
    const storageClass = { metadata: { name: "gp3" }, provisioner: "ebs.csi.aws.com" };
    const volumes = { claims: [claim], volumes: [volume], classes: [storageClass] };
    const cluster = clusterOf(problem({ daemonSets: [set], namespaces, volumes }));

    assert.deepEqual(cluster.daemonSets, [set]);
    assert.deepEqual(cluster.namespaces, namespaces);
    assert.equal(cluster.volumeClaims[0]?.metadata.namespace, "default");
    assert.deepEqual(cluster.volumes, [volume]);
    assert.deepEqual(cluster.storageClasses, [storageClass]);
  });
});

const nodeOf = (pool: string, overrides: Partial<NodeState> = {}): NodeState =>
  nodeState({ labels: { [labels.nodePool]: pool }, ...overrides });

function marksOf(nodes: readonly NodeState[]) {
  return clusterOf(problem({ nodes })).nodes.map(({ metadata: { labels: has = {} } }) => ({
    registered: has[labels.registered],
    initialized: has[labels.initialized],
    type: has[labels.instanceType],
  }));
}
