import type { Pod } from "../api/pod";

/** What a pod may require that this scheduler does not plan; planning it wrongly would be worse than saying so. */
const limitations: readonly { readonly asked: (pod: Pod) => boolean; readonly reason: string }[] = [
  {
    asked: ({ spec }) => (spec.resourceClaims ?? []).length > 0,
    reason: "dynamic resource claims are not planned",
  },
];

/** Why a pod cannot be planned at all, if it cannot. */
export const unplannable = (pod: Pod): string | undefined => limitations.find(({ asked }) => asked(pod))?.reason;
