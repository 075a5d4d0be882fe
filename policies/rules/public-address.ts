import { orElse } from "../cel";
import { may } from "../later";
import type { ClassRule } from "../rule";

/** Where nothing is said, the subnet decides. */
export const noPublicAddress: ClassRule = {
  name: "no-public-address",
  description: "Machines cannot be reached from the internet.",
  severity: "medium",
  level: "advisory",
  options: {},
  violations: ({ associatePublicIPAddress }) =>
    may(associatePublicIPAddress, (given) => given !== true)
      ? []
      : [{ path: "spec.associatePublicIPAddress", reason: "must not be true" }],
  admission: () => ({
    expression: `!${orElse("spec.associatePublicIPAddress", "false")}`,
    message: "spec.associatePublicIPAddress must not be true",
  }),
  examples: { refused: { associatePublicIPAddress: true }, allowed: { associatePublicIPAddress: false } },
};
