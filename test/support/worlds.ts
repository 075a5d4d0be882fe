import { afterEach, before, beforeEach } from "mocha";
import { STARTING_MS } from "./control-plane";
import { ControllerWorld } from "./controller-world";

/** For a `describe`: a world for each of its tests, handed over as it opens, closed after the test. */
export function aWorldForEachTest(opened: (world: ControllerWorld) => Promise<void> | void): void {
  let world: ControllerWorld | undefined;
  before(async function () {
    // The first to ask starts the control plane.
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    world = await ControllerWorld.open();
    await opened(world);
  });
  afterEach(() => world?.close());
}
