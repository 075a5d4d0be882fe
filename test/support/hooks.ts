import type { RootHookObject } from "mocha";

import { end } from "./at-end";
import { restartNames } from "./names";

/** Root hooks: every test counts its names from one, and what tests share ends with the run. */
export const mochaHooks: RootHookObject = {
  beforeEach() {
    restartNames();
  },
  async afterAll(this: Mocha.Context) {
    this.timeout(30_000);
    await end();
  },
};
