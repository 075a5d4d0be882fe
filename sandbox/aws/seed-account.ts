import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  type ResourceType,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { CreateClusterCommand } from "@aws-sdk/client-eks";
import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { type Aws, region } from "./aws";
import type { Clients } from "./clients";
import { required } from "./required";

/** How a cluster lets identities in. */
export type AuthenticationMode = "API" | "CONFIG_MAP" | "API_AND_CONFIG_MAP";

export interface SeedOptions {
  readonly clusterName: string;
  /** @default "API_AND_CONFIG_MAP" */
  readonly authenticationMode?: AuthenticationMode;
}

/** What an account has before our stack comes: a network and a cluster in it. */
export interface Seed {
  readonly vpcId: string;
  /** One for each of the zones a, b, c. */
  readonly privateSubnetIds: readonly string[];
  /** One for each of the zones a, b, c. */
  readonly publicSubnetIds: readonly string[];
  /** Made with the network, for nodes; the cluster's own group is EKS's. */
  readonly nodeSecurityGroupId: string;
  readonly clusterRoleArn: string;
}

const zones = ["a", "b", "c"] as const;

/**
 * Makes the network, the cluster's role and the cluster. Nothing carries a discovery tag: that is for our stack to add.
 */
export async function seedAccount({ clients }: Pick<Aws, "clients">, options: SeedOptions): Promise<Seed> {
  const { clusterName } = options;
  const network = await makeNetwork(clients, clusterName);
  const clusterRoleArn = await makeClusterRole(clients, clusterName);
  await clients.eks.send(
    new CreateClusterCommand({
      name: clusterName,
      roleArn: clusterRoleArn,
      resourcesVpcConfig: {
        subnetIds: [...network.privateSubnetIds, ...network.publicSubnetIds],
        securityGroupIds: [network.nodeSecurityGroupId],
      },
      accessConfig: { authenticationMode: options.authenticationMode ?? "API_AND_CONFIG_MAP" },
    }),
  );
  return { ...network, clusterRoleArn };
}

async function makeNetwork({ ec2 }: Clients, clusterName: string): Promise<Omit<Seed, "clusterRoleArn">> {
  const cluster = { [`kubernetes.io/cluster/${clusterName}`]: "shared" };
  const vpc = await ec2.send(
    new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", TagSpecifications: tags("vpc", { Name: `${clusterName}-vpc` }) }),
  );
  const vpcId = required(vpc.Vpc?.VpcId, "CreateVpc: VpcId");
  const subnet = async (kind: "private" | "public", index: number): Promise<string> => {
    const role = kind === "private" ? "kubernetes.io/role/internal-elb" : "kubernetes.io/role/elb";
    const zone = zones[index] ?? "a";
    const created = await ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        AvailabilityZone: `${region}${zone}`,
        // /19 for nodes and pods; /24 for load balancers, behind the three big ones.
        CidrBlock: kind === "private" ? `10.0.${index * 32}.0/19` : `10.0.${200 + index}.0/24`,
        TagSpecifications: tags("subnet", { Name: `${clusterName}-${kind}-${zone}`, [role]: "1", ...cluster }),
      }),
    );
    return required(created.Subnet?.SubnetId, "CreateSubnet: SubnetId");
  };
  const privateSubnetIds: string[] = [];
  const publicSubnetIds: string[] = [];
  for (const index of zones.keys()) {
    privateSubnetIds.push(await subnet("private", index));
    publicSubnetIds.push(await subnet("public", index));
  }
  const group = await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: vpcId,
      GroupName: `${clusterName}-node`,
      Description: "Nodes of the cluster",
      TagSpecifications: tags("security-group", { Name: `${clusterName}-node` }),
    }),
  );
  const nodeSecurityGroupId = required(group.GroupId, "CreateSecurityGroup: GroupId");
  return { vpcId, privateSubnetIds, publicSubnetIds, nodeSecurityGroupId };
}

async function makeClusterRole({ iam }: Clients, clusterName: string): Promise<string> {
  const RoleName = `${clusterName}-cluster`;
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const created = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const PolicyArn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  return required(created.Role?.Arn, "CreateRole: Role.Arn");
}

const tags = (kind: ResourceType, values: Readonly<Record<string, string>>): TagSpecification[] => [
  { ResourceType: kind, Tags: Object.entries(values).map(([Key, Value]) => ({ Key, Value })) },
];
