import { setFlagsFromString } from "node:v8";

/**
 * Has V8 look for garbage once a heap has doubled, as Go does by default (https://go.dev/doc/gc-guide, GOGC=100). Left
 * to itself it looks when a heap as small as ours has grown by a third, which is once in about every plan, and planning
 * takes a fifth longer. How large heaps may become at most stays as it is. Concerns all threads.
 */
export function collectWhenDoubled(): void {
  setFlagsFromString("--heap-growing-percent=100");
}
