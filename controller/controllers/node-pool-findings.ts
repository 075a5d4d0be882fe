import type { Finding } from "../api/conditions";
import { conditionOf, fails, holds, unknown } from "../api/conditions";
import type { EC2NodeClass } from "../api/ec2-node-class";
import type { NodePool } from "../api/node-pool";
import { problemsOf } from "../api/validate-node-pool";

/** Whether the pool says anything that the API server let through and that cannot work. */
export function validity(pool: NodePool): Finding {
  const problems = problemsOf(pool);
  if (problems.length === 0) return holds("ValidationSucceeded");
  return fails("ValidationSucceeded", "NodePoolValidationFailed", problems.join("; "));
}

/** Whether the pool's class can make machines. */
export function classReadiness(name: string, nodeClass: EC2NodeClass | undefined): Finding {
  if (nodeClass === undefined)
    return fails("NodeClassReady", "NodeClassNotFound", `EC2NodeClass ${name} does not exist`);
  if (nodeClass.metadata.deletionTimestamp !== undefined) {
    return fails("NodeClassReady", "NodeClassTerminating", `EC2NodeClass ${name} is being deleted`);
  }
  const ready = conditionOf(nodeClass, "Ready");
  if (ready === undefined || ready.status === "Unknown" || ready.observedGeneration !== nodeClass.metadata.generation) {
    return unknown("NodeClassReady", "NodeClassReadinessUnknown", `EC2NodeClass ${name} is still being looked at`);
  }
  if (ready.status === "True") return holds("NodeClassReady");
  return fails("NodeClassReady", ready.reason ?? "UnhealthyDependents", `EC2NodeClass ${name}: ${explain(nodeClass)}`);
}

/** What stands in the way, in the words of the conditions that are not met. */
const explain = ({ status }: EC2NodeClass): string =>
  (status?.conditions ?? [])
    .filter(({ type, status: value }) => type !== "Ready" && value === "False")
    .map(({ type, message = "" }) => `${type}: ${message}`)
    .join("; ");
