import assert from "node:assert/strict";

import type { Pod, PodVolume } from "#controller/api/pod";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "#controller/api/storage";
import type { Volumes } from "#controller/scheduling/problem";
import { VolumeMap } from "#controller/scheduling/volumes";
import { pod } from "#support/builders";

const ebs = "ebs.csi.aws.com";
const claim = (name: string, spec: PersistentVolumeClaim["spec"]): PersistentVolumeClaim => ({
  metadata: { name, namespace: "default" },
  spec,
});
const volume = (name: string, spec: PersistentVolume["spec"]): PersistentVolume => ({ metadata: { name }, spec });
const storageClass = (name: string, provisioner: string, annotations = {}): StorageClass => ({
  metadata: { name, annotations },
  provisioner,
});
const claimed = (claimName: string, name = claimName): PodVolume => ({ name, persistentVolumeClaim: { claimName } });
const scratch = (storageClassName?: string): PodVolume => ({
  name: "scratch",
  ephemeral: { volumeClaimTemplate: { spec: storageClassName === undefined ? {} : { storageClassName } } },
});

/** Driver → volumes that these pods would attach together. */
function attached(parts: Partial<Volumes>, ...pods: readonly Pod[]): Readonly<Record<string, readonly string[]>> {
  const map = new VolumeMap({ claims: [], volumes: [], classes: [], ...parts });
  const all: Record<string, string[]> = {};
  for (const [driver, volumes] of pods.flatMap((each) => [...map.volumesByDriver(each)]))
    all[driver] = [...new Set([...(all[driver] ?? []), ...volumes])];
  return all;
}
const podWith = (...volumes: readonly PodVolume[]): Pod => pod({ spec: { volumes } });

describe("what a pod has attached", () => {
  it("SCHED-023 is one volume for all pods that share a claim, and for a pod that mounts it twice", () => {
    const parts = {
      claims: [claim("shared", { volumeName: "pv" }), claim("other", { storageClassName: "gp3" })],
      volumes: [volume("pv", { csi: { driver: ebs, volumeHandle: "vol-1" } })],
      classes: [storageClass("gp3", ebs)],
    };
    const pods = [podWith(claimed("shared"), claimed("shared", "again")), podWith(claimed("shared"), claimed("other"))];

    assert.deepEqual(attached(parts, ...pods), { [ebs]: ["vol-1", "default/other"] });
  });

  it("SCHED-023 is counted for each driver", () => {
    const parts = {
      claims: [claim("disk", { storageClassName: "gp3" }), claim("files", { volumeName: "pv" })],
      volumes: [volume("pv", { csi: { driver: "efs.csi.aws.com" } })],
      classes: [storageClass("gp3", ebs)],
    };

    assert.deepEqual(attached(parts, podWith(claimed("disk"), claimed("files"))), {
      [ebs]: ["default/disk"],
      "efs.csi.aws.com": ["pv"],
    });
  });

  it("SCHED-023 is nothing for NFS, for what needs no claim, and for what is not known", () => {
    const parts = {
      claims: [claim("nfs", { volumeName: "pv", storageClassName: "" }), claim("odd", { storageClassName: "gone" })],
      volumes: [volume("pv", {})],
    };

    assert.deepEqual(
      attached(parts, podWith(claimed("nfs"), claimed("odd"), claimed("none"), { name: "scratch" })),
      {},
    );
  });

  it("SCHED-023 is a volume of its own for each pod that brings one, of its class or the default class", () => {
    const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
    const classes = [storageClass("gp3", ebs), storageClass("fast", "fsx.csi.aws.com", isDefault)];
    const [one, two, three] = [podWith(scratch("gp3")), podWith(scratch("gp3")), podWith(scratch())];

    assert.deepEqual(attached({ classes }, one, two, three), {
      [ebs]: [`default/${one.metadata.name}-scratch`, `default/${two.metadata.name}-scratch`],
      "fsx.csi.aws.com": [`default/${three.metadata.name}-scratch`],
    });
  });

  it("SCHED-023 is the volume that was made for such a pod, once it is", () => {
    const one = podWith(scratch("gp3"));
    const parts = {
      claims: [claim(`${one.metadata.name}-scratch`, { volumeName: "pv", storageClassName: "gp3" })],
      volumes: [volume("pv", { csi: { driver: ebs, volumeHandle: "vol-7" } })],
      classes: [storageClass("gp3", ebs)],
    };

    assert.deepEqual(attached(parts, one), { [ebs]: ["vol-7"] });
  });

  it("SCHED-025 counts in-tree volumes and classes as those of the driver that serves them now", () => {
    const parts = {
      claims: [claim("old", { volumeName: "pv" }), claim("new", { storageClassName: "gp2" })],
      volumes: [volume("pv", { awsElasticBlockStore: { volumeID: "aws://test-zone-a/vol-9" } })],
      classes: [storageClass("gp2", "kubernetes.io/aws-ebs")],
    };
    const brings = podWith(scratch("gp2"));

    assert.deepEqual(attached(parts, podWith(claimed("old"), claimed("new")), brings), {
      [ebs]: ["vol-9", "default/new", `default/${brings.metadata.name}-scratch`],
    });
  });
});
