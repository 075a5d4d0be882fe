import { randomUUID } from "node:crypto";
import type { Random } from "../ports/random";

/** The one place that draws lots. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  uuid: () => randomUUID(),
};
