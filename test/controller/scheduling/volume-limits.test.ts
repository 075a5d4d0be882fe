import assert from "node:assert/strict";

import { nodeState, podAsking } from "#support/builders";
import { solved } from "#support/solved";
import { mounts, claim, bound, volume, storageClass, problemWith } from "#support/volume-plans";

describe("volumes on a node that can attach only so many", () => {
  const classes = [storageClass()];
  const limited = [nodeState({ name: "there", volumeLimits: { "ebs.csi.aws.com": 2 } })];
  const disk = (name: string) => claim({ metadata: { name } });
  const users = (...names: readonly string[]) =>
    names.map((name) => podAsking({ cpu: "100m" }, { volumes: mounts(name) }));

  it("SCHED-023 are no more than that; the rest gets a new node", () => {
    const claims = ["a", "b", "c"].map(disk);
    const plan = solved({ ...problemWith({ claims, classes }, users("a", "b", "c")), nodes: limited });

    assert.deepEqual([plan.existing.get("there")?.length, plan.newNodes.length], [2, 1]);
  });

  it("SCHED-023 count once for all pods that share them", () => {
    const plan = solved({
      ...problemWith({ claims: [disk("a")], classes }, users("a", "a", "a", "a")),
      nodes: limited,
    });

    assert.equal(plan.existing.get("there")?.length, 4);
  });

  it("SCHED-023 of other drivers do not count", () => {
    const nfs = { ...volume([], {}), metadata: { name: "pv" } };
    const claims = [
      bound({ metadata: { name: "a" } }),
      bound({ metadata: { name: "b" } }),
      bound({ metadata: { name: "c" } }),
    ];
    const plan = solved({ ...problemWith({ claims, volumes: [nfs] }, users("a", "b", "c")), nodes: limited });

    assert.equal(plan.existing.get("there")?.length, 3);
  });

  it("SCHED-025 count under the driver that serves in-tree volumes now", () => {
    const claims = ["a", "b", "c"].map(disk);
    const inTree = [storageClass({ provisioner: "kubernetes.io/aws-ebs" })];
    const plan = solved({ ...problemWith({ claims, classes: inTree }, users("a", "b", "c")), nodes: limited });

    assert.deepEqual([plan.existing.get("there")?.length, plan.newNodes.length], [2, 1]);
  });
});
