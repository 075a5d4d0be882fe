import { solveProblems } from "#controller/planning/solving";

/** A planner that does what the first pod is called, and finds no place for any. */
const habits: Readonly<Record<string, (isTimeUp: () => boolean) => void>> = {
  crash() {
    throw new RangeError("a pod like no other");
  },
  exit() {
    process.exit(3);
  },
  patient(isTimeUp) {
    while (!isTimeUp());
  },
  deaf() {
    for (;;);
  },
  greedy() {
    for (const all: object[] = []; ;) all.push({ like: { many: { others: all.length } } });
  },
  "exits later"() {
    setTimeout(() => process.exit(3), 10);
  },
};

solveProblems(({ pods }, isTimeUp) => {
  habits[pods[0]?.metadata.name ?? ""]?.(isTimeUp);
  const unschedulable = pods.map((pod) => ({ pod, reason: "it is odd" }));
  return { newNodes: [], existing: new Map(), unschedulable, deferred: [], zones: new Map() };
});
