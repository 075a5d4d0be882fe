import type { ResourceLimits } from "node:worker_threads";

/** The planner's part of the memory: some half is the main thread's, with the caches, and the rest is Node itself. */
const SHARE_OF_MEMORY = 0.4;
/**
 * Of this size V8 can still end the thread alone when memory runs out; with what it takes by default, it ends the whole
 * process.
 */
const YOUNG_MB = 32;

export interface PlannerHeap extends ResourceLimits {
  readonly maxYoungGenerationSizeMb: number;
  /** Undefined: what Node gives it. */
  readonly maxOldGenerationSizeMb?: number;
}

/** The heap that planning gets where the controller may use so much in all. */
export const plannerHeap = (memoryLimitBytes: number | undefined): PlannerHeap => ({
  maxYoungGenerationSizeMb: YOUNG_MB,
  ...(memoryLimitBytes !== undefined && {
    maxOldGenerationSizeMb: Math.floor((memoryLimitBytes * SHARE_OF_MEMORY) / 2 ** 20),
  }),
});
