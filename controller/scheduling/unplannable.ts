import type { Pod } from "../api/pod";

/** What a pod may require that this scheduler does not plan; planning it wrongly would be worse than saying so. */
const limitations: readonly { readonly asked: (pod: Pod) => boolean; readonly reason: string }[] = [
  {
    asked: ({ spec }) =>
      spec.topologySpreadConstraints?.some(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule") ?? false,
    reason: "topology spread with DoNotSchedule is not planned yet",
  },
  {
    asked: ({ spec }) => isRequired(spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    reason: "required pod affinity is not planned yet",
  },
  {
    asked: ({ spec }) => isRequired(spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    reason: "required pod anti-affinity is not planned yet",
  },
  {
    asked: ({ spec }) => (spec.resourceClaims ?? []).length > 0,
    reason: "dynamic resource claims are not planned",
  },
];

const isRequired = (terms: readonly unknown[] | undefined): boolean => (terms ?? []).length > 0;

/** Why a pod cannot be planned at all, if it cannot. */
export const unplannable = (pod: Pod): string | undefined => limitations.find(({ asked }) => asked(pod))?.reason;
