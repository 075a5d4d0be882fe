import type { RootHookObject } from "mocha";

import { restartNames } from "./names";

/** Root hooks: every test counts its names from one. */
export const mochaHooks: RootHookObject = {
  beforeEach() {
    restartNames();
  },
};
