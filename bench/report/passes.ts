import type { PassOutcome } from "../measure/passes";

/** A line for each size of cluster. */
export const describePasses = (passes: readonly PassOutcome[]): string => passes.map(describe).join("\n");

function describe({ size, longestOwnMs, longestMs, p99Ms, firstPassMs, laterPassMs, claims }: PassOutcome): string {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  return [
    `Passes of the provisioner, ${sizeOf(size)}: event loop held for ${ms(longestOwnMs)} at most`,
    `(${ms(longestMs)} with waiting for a processor, p99 ${ms(p99Ms)}); first pass ${ms(firstPassMs)}, later ones ${ms(laterPassMs)}, ${claims} new nodes`,
  ].join(" ");
}

/** What of the cluster matters. */
const sizeOf = ({ pending, nodes, running, types }: PassOutcome["size"]): string =>
  `${pending} pending pods, ${nodes} nodes with ${running} pods, ${types} types`;
