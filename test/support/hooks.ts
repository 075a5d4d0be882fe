import type { RootHookObject } from "mocha";

import { stopControlPlane } from "./control-plane";
import { restartNames } from "./names";

/** Root hooks: every test counts its names from one, and the control plane that tests share ends with the run. */
export const mochaHooks: RootHookObject = {
  beforeEach() {
    restartNames();
  },
  async afterAll() {
    await stopControlPlane();
  },
};
