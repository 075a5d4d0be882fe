import { orElse } from "../cel";
import { may } from "../later";
import { count } from "../options";
import type { ClassRule } from "../rule";
import { fieldOf } from "../views";

const tokens = "spec.metadataOptions.httpTokens";
const hops = "spec.metadataOptions.httpPutResponseHopLimit";

/**
 * The API server fills in `required` where nothing is said.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export const imdsV2: ClassRule = {
  name: "imds-v2",
  description: "A machine's metadata, and with it the node's credentials, is given to who asks with a token only.",
  severity: "high",
  level: "mandatory",
  options: {},
  violations: ({ metadataOptions }) =>
    may(fieldOf(metadataOptions, "httpTokens"), (given) => given !== "optional")
      ? []
      : [{ path: tokens, reason: 'must be "required"' }],
  remedy: ({ metadataOptions }) =>
    may(fieldOf(metadataOptions, "httpTokens"), (given) => given !== "optional")
      ? []
      : [{ path: ["metadataOptions", "httpTokens"], value: "required" }],
  admission: () => ({
    expression: `${orElse(tokens, '"required"')} == "required"`,
    message: `${tokens} must be "required"`,
  }),
  examples: {
    refused: { metadataOptions: { httpTokens: "optional" } },
    allowed: { metadataOptions: { httpTokens: "required" } },
  },
};

/** With one hop, a pod in a network of its own does not reach it. The API server fills in 1. */
export const imdsHops: ClassRule<{ readonly most: number }> = {
  name: "imds-hops",
  description: "Pods do not reach the metadata of the machine that they are on.",
  severity: "medium",
  level: "advisory",
  options: { most: count("How many network hops the metadata may be away.", 1) },
  violations: ({ metadataOptions }, { most }) =>
    may(fieldOf(metadataOptions, "httpPutResponseHopLimit"), (given) => (given ?? 1) <= most)
      ? []
      : [{ path: hops, reason: `must be at most ${most}` }],
  admission: ({ most }) => ({
    expression: `${orElse(hops, "1")} <= ${most}`,
    message: `${hops} must be at most ${most}`,
  }),
  examples: {
    refused: { metadataOptions: { httpPutResponseHopLimit: 2 } },
    allowed: { metadataOptions: { httpPutResponseHopLimit: 1 } },
  },
};
