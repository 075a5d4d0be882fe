import assert from "node:assert/strict";
import { annotations, labels } from "#controller/api/labels";
import { instanceType, nodeOverlay } from "#support/builders";
import { STARTING_MS } from "#support/control-plane";
import { ControllerWorld } from "#support/controller-world";
import { Provisioning } from "#support/provisioning";

const taint = { key: "test.example/overlays", effect: "NoSchedule" } as const;

describe("provisioning under overlays", function () {
  this.timeout(60_000);
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });

  it("OVL-007 plans with the prices and resources that they give, and says so on the claim", async () => {
    const world = await ControllerWorld.open();
    world.cloud.types = [
      instanceType("m5.large", { cpu: 4, memoryGi: 16 }),
      instanceType("m5.xlarge", { cpu: 8, memoryGi: 32 }),
    ];
    const provisioning = await Provisioning.open(world, { context: world.withGates("NodeOverlay=true"), taint });
    const large = { key: labels.instanceType, operator: "In", values: ["m5.xlarge"] } as const;
    const capacity = { "example.com/fpga": "1" };
    await world.create("NodeOverlay", nodeOverlay({ spec: { requirements: [large], price: "0.001", capacity } }));
    await provisioning.pending({ cpu: "1", "example.com/fpga": "1" });
    await provisioning.pending({ cpu: "1" });
    await provisioning.round();
    const [claim, ...more] = await provisioning.claims();
    await provisioning.close();

    assert.equal(more.length, 0);
    assert.equal(claim?.spec.resources?.requests?.["example.com/fpga"], "1");
    assert.deepEqual(claim.spec.requirements.find(({ key }) => key === labels.instanceType)?.values, ["m5.xlarge"]);
    assert.equal(claim.metadata.annotations?.[annotations.priceOverlayApplied], "true");
    assert.equal(claim.metadata.annotations[annotations.capacityOverlayApplied], "true");
  });
});
