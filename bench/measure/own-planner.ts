import { toUnits } from "#controller/api/quantity";
import { plannerHeap } from "#controller/planning/planner-heap";
import { controllerResources } from "../../components/controller-resources";
import { answerOf } from "./fork";
import type { OwnOutcome } from "./outcome";
import type { Assignment } from "./own-process";
import { withShippedPlanner } from "./shipped-planner";

/**
 * Solves one case with our scheduler in a process of its own, which has no more heap than the controller gives its
 * planner by default: with more, V8 would put off collecting garbage, and its memory would not tell what planning
 * needs. @throws Error when that process fails
 */
export const solveOurselves = (task: Omit<Assignment, "planner">): Promise<OwnOutcome> =>
  withShippedPlanner((planner) => {
    const assignment: Assignment = { ...task, planner };
    return answerOf<OwnOutcome>("own-process.ts", assignment, plannerHeap(toUnits(controllerResources.limits.memory)));
  });
