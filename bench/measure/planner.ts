/** What a planner's thread runs: the entry of the bundle that is measured. */
export { rehearse } from "#controller/planning/rehearsal";
export { schedule } from "#controller/scheduling/schedule";
