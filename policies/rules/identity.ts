import { isLater } from "../later";
import type { ClassRule } from "../rule";

/** The definition of the kind says so too, but only once the API server is asked; so nothing is said to it twice. */
export const roleXorProfile: ClassRule = {
  name: "role-xor-profile",
  description: "A class gives its machines a role or an instance profile, and not both.",
  severity: "medium",
  level: "mandatory",
  options: {},
  violations: ({ role, instanceProfile }) =>
    isLater(role) || isLater(instanceProfile) || (role === undefined) !== (instanceProfile === undefined)
      ? []
      : [{ path: "spec.role", reason: "must be set where spec.instanceProfile is not, and only there" }],
  examples: {
    refused: { role: "KarpenterNodeRole-demo", instanceProfile: "nodes" },
    allowed: { role: undefined, instanceProfile: "nodes" },
  },
};
