import { answerOf } from "./fork";
import type { OwnOutcome } from "./outcome";
import type { Assignment } from "./own-process";

/** Solves one case with our scheduler in a process of its own. @throws Error when that process fails */
export const solveOurselves = (assignment: Assignment): Promise<OwnOutcome> =>
  answerOf<OwnOutcome>("own-process.ts", assignment);
