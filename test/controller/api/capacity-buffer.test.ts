import assert from "node:assert/strict";
import { activeCapacity, type CapacityBufferSpec } from "#controller/api/capacity-buffer";
import type { Kube } from "#controller/ports/kube";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { verdict } from "#support/schema";

const template = { podTemplateRef: { name: "small" } };
const deployment = { scalableRef: { apiGroup: "apps", kind: "Deployment", name: "web" } };
const takes = async (spec: CapacityBufferSpec | object): Promise<void> => {
  assert.equal(await verdict("CapacityBuffer", spec), "", JSON.stringify(spec));
};
const refuses = async (spec: CapacityBufferSpec | object): Promise<void> => {
  assert.notEqual(await verdict("CapacityBuffer", spec), "", JSON.stringify(spec));
};

describe("the schema of buffers", function () {
  this.timeout(60_000);
  let kube: Kube;
  before(async function () {
    this.timeout(STARTING_MS);
    ({ kube } = await ControllerWorld.open());
  });

  it("API-031 API-032 is installed, gives back what it was given, and fills in the strategy", async () => {
    const name = { name: "kept", namespace: "default" };
    const spec = { ...deployment, replicas: 5, percentage: 20, limits: { cpu: "8" } };
    await kube.create("CapacityBuffer", { metadata: name, spec });
    const found = await kube.get("CapacityBuffer", name);
    await kube.delete("CapacityBuffer", name);

    assert.deepEqual(found?.spec, { ...spec, provisioningStrategy: activeCapacity });
  });

  it("API-032 takes one reference, and with a template a number or limits", async () => {
    for (const size of [{ replicas: 3 }, { limits: { cpu: "4" } }, { replicas: 3, limits: { cpu: "4" } }]) {
      await takes({ ...template, ...size });
      await takes({ ...deployment, ...size });
      await refuses({ ...template, ...deployment, ...size });
    }
    await takes({ scalableRef: { kind: "ReplicationController", name: "core" }, replicas: 1 });
    await takes(deployment);
    await takes({ ...deployment, replicas: 10, percentage: 20 });
    await refuses(template);
  });

  it("API-032 takes zero, and nothing below; names and kinds are not empty", async () => {
    await takes({ ...template, replicas: 0 });
    await takes({ ...deployment, percentage: 0 });
    await refuses({ ...template, replicas: -1 });
    await refuses({ ...deployment, percentage: -1 });
    await refuses({ podTemplateRef: { name: "" }, replicas: 1 });
    await refuses({ scalableRef: { apiGroup: "apps", kind: "", name: "web" } });
    await refuses({ scalableRef: { apiGroup: "apps", kind: "Deployment", name: "" } });
    await refuses({ ...template, limits: { cpu: "four" } });
  });
});
