import {
  CreateAddonCommand,
  DeleteAddonCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  ListPodIdentityAssociationsCommand,
} from "@aws-sdk/client-eks";
import type { EKSClient } from "@aws-sdk/client-eks";
import type { AwsConnection } from "./aws";
import { awsClients, codeOf } from "./aws";
import type { Resource } from "./provider";
import { say } from "./say";

const addonName = "eks-pod-identity-agent";

interface Inputs extends AwsConnection {
  readonly clusterName: string;
}

interface Found {
  /** By us; else somebody else sees to it, and it stays. */
  readonly created: boolean;
}

export const podIdentityAgent: Resource<Inputs, Found> = {
  identity: ["clusterName"],
  async create(inputs) {
    const { eks } = awsClients(inputs);
    const { clusterName } = inputs;
    const id = `${clusterName}:${addonName}`;
    if ((await isBuiltIn(eks, clusterName)) || (await exists(eks, clusterName)))
      return { id, found: { created: false } };
    try {
      await eks.send(new CreateAddonCommand({ clusterName, addonName }));
      return { id, found: { created: true } };
    } catch (error) {
      // Somebody else made it between our two calls.
      if (codeOf(error) === "ResourceInUseException") return { id, found: { created: false } };
      throw error;
    }
  },
  async read({ found, ...inputs }) {
    const { eks } = awsClients(inputs);
    const there = (await isBuiltIn(eks, inputs.clusterName)) || (await exists(eks, inputs.clusterName));
    return there ? found : undefined;
  },
  async delete({ found, ...inputs }) {
    if (!found.created) return;
    const { eks } = awsClients(inputs);
    const { clusterName } = inputs;
    if (await isUsed(eks, clusterName)) {
      say(`add-on ${addonName} stays: other service accounts of ${clusterName} have come to use it`);
      return;
    }
    await unlessGone(eks.send(new DeleteAddonCommand({ clusterName, addonName })));
  },
};

/** Nodes of EKS Auto Mode have the agent without an add-on. A cluster that is gone has nothing. */
async function isBuiltIn(eks: EKSClient, name: string): Promise<boolean> {
  const answer = await unlessGone(eks.send(new DescribeClusterCommand({ name })));
  return answer?.cluster?.computeConfig?.enabled === true;
}

const exists = async (eks: EKSClient, clusterName: string): Promise<boolean> =>
  (await unlessGone(eks.send(new DescribeAddonCommand({ clusterName, addonName })))) !== undefined;

async function isUsed(eks: EKSClient, clusterName: string): Promise<boolean> {
  const answer = await unlessGone(eks.send(new ListPodIdentityAssociationsCommand({ clusterName, maxResults: 1 })));
  return (answer?.associations ?? []).length > 0;
}

async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (codeOf(error) === "ResourceNotFoundException") return undefined;
    throw error;
  }
}
