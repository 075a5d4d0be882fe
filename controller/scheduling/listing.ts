import { holds, machinesFor } from "./pool-plan";
import type { Scope } from "./scope";
import type { Machine } from "./template";
import { shortened } from "./variety";
import { fits, type Vector } from "./vector";

/** A claim lists this many types at most; EC2 Fleet takes no more launch template overrides than make sense with it. */
const maxInstanceTypes = 60;

/**
 * As many machines as a claim may list, cheapest first: those that hold the pods and that the limits have room for. It
 * is one of these that the node will be.
 */
export function listed(scope: Scope, used: Vector, budget: Vector): readonly Machine[] {
  if (scope.template.wantsVariety) {
    const holding = machinesFor(scope, used).filter(({ capacity }) => fits(budget, capacity));
    return shortened(holding, scope.requirements, maxInstanceTypes);
  }
  const machines: Machine[] = [];
  for (const machine of scope.machines) {
    if (holds(machine, scope, used) && fits(budget, machine.capacity)) machines.push(machine);
    if (machines.length === maxInstanceTypes) break;
  }
  return machines;
}
