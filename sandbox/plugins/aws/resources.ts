/** The resource types that the sandbox's aws plugin knows, by type token. */
import { queue, queuePolicy } from "./queue";
import type { Resource } from "./resource";
import { role } from "./role";

export const resources: Readonly<Record<string, Resource>> = {
  "aws:iam/role:Role": role,
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": queuePolicy,
};
