import { readCatalog } from "../../catalog/ec2-catalog";
import { typesOf } from "../../catalog/market";
import type { EC2NodeClass } from "#controller/api/ec2-node-class";
import type { InstanceType } from "#controller/scheduling/instance-type";

export const zones = ["us-east-1a", "us-east-1b", "us-east-1c"] as const;

interface Market {
  /** Spot price of a type by its on-demand price, a little more from zone to zone; none for on-demand only. */
  readonly spotShare?: number;
}

/** The catalog of us-east-1 as Amazon Linux 2023 nodes with the default volume. */
export const realTypes = ({ spotShare }: Market = {}): readonly InstanceType[] =>
  typesOf(nodeClass, readCatalog(), {
    ...{ region: "us-east-1", zones },
    ...(spotShare !== undefined && { spot: spotShare }),
  });

const nodeClass: EC2NodeClass = {
  metadata: { name: "default" },
  spec: {
    ...{ subnetSelectorTerms: [], securityGroupSelectorTerms: [] },
    amiSelectorTerms: [{ alias: "al2023@latest" }],
  },
};
