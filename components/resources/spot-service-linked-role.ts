import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
} from "@aws-sdk/client-iam";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { AwsConnection } from "./aws";
import { awsClients, codeOf } from "./aws";
import type { Resource } from "./provider";
import { say } from "./say";
import { until } from "./until";

const service = "spot.amazonaws.com";
const roleName = "AWSServiceRoleForEC2Spot";

interface Found {
  /** By us; else it was there before, and stays. */
  readonly created: boolean;
}

export const spotServiceLinkedRole: Resource<AwsConnection, Found> = {
  identity: [],
  async create(connection) {
    const { iam } = awsClients(connection);
    if (await exists(iam)) return { id: roleName, found: { created: false } };
    try {
      await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service }));
      return { id: roleName, found: { created: true } };
    } catch (error) {
      // Somebody else made it between our two calls: IAM says so by this code, among other bad input.
      if (codeOf(error) === "InvalidInputException" && (await exists(iam))) {
        return { id: roleName, found: { created: false } };
      }
      throw error;
    }
  },
  async read({ found, ...connection }) {
    return (await exists(awsClients(connection).iam)) ? found : undefined;
  },
  async delete({ found, ...connection }) {
    if (!found.created) return;
    const { iam } = awsClients(connection);
    const taskId = await startDeletion(iam);
    if (taskId === undefined) return;
    const status = await until(() => deletionStatus(iam, taskId), { withinMs: 60_000 });
    if (status === "FAILED") say(`service-linked role ${roleName} stays: it is in use by spot instances elsewhere`);
  },
};

async function exists(iam: IAMClient): Promise<boolean> {
  try {
    await iam.send(new GetRoleCommand({ RoleName: roleName }));
    return true;
  } catch (error) {
    if (codeOf(error) === "NoSuchEntityException") return false;
    throw error;
  }
}

async function startDeletion(iam: IAMClient): Promise<string | undefined> {
  try {
    return (await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: roleName }))).DeletionTaskId;
  } catch (error) {
    if (codeOf(error) === "NoSuchEntityException") return undefined;
    throw error;
  }
}

/** `undefined` while it is not decided. */
async function deletionStatus(iam: IAMClient, taskId: string): Promise<"SUCCEEDED" | "FAILED" | undefined> {
  const { Status } = await iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId: taskId }));
  return Status === "SUCCEEDED" || Status === "FAILED" ? Status : undefined;
}
