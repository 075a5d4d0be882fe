import type { QueueArgs, QueueState } from "@pulumi/aws/sqs/queue";
import type { QueuePolicyArgs, QueuePolicyState } from "@pulumi/aws/sqs/queuePolicy";
import { lastSegment, present, unless } from "./aws";
import type { Aws } from "./aws";
import { define, fixed, named, prefix, requiredFixed } from "./resource";
import type { Plain } from "./resource";
import { retag } from "./tags";

const gone = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/** Attributes as SQS names them, the input they come from, and how they are read from text. */
const attributes = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deduplicationScope: "DeduplicationScope",
  delaySeconds: "DelaySeconds",
  fifoThroughputLimit: "FifoThroughputLimit",
  kmsDataKeyReusePeriodSeconds: "KmsDataKeyReusePeriodSeconds",
  kmsMasterKeyId: "KmsMasterKeyId",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  policy: "Policy",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redriveAllowPolicy: "RedriveAllowPolicy",
  redrivePolicy: "RedrivePolicy",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
  visibilityTimeoutSeconds: "VisibilityTimeout",
} as const satisfies Partial<Record<keyof QueueState, string>>;
type Attribute = keyof typeof attributes;
type Attributes = Partial<Record<Attribute, unknown>>;

/**
 * What SQS assumes (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
 */
const defaults: Partial<Record<Attribute, string>> = {
  delaySeconds: "0",
  kmsDataKeyReusePeriodSeconds: "300",
  messageRetentionSeconds: "345600",
  receiveWaitTimeSeconds: "0",
  visibilityTimeoutSeconds: "30",
};

export const queue = define<QueueArgs, QueueState>({
  inputs: {
    contentBasedDeduplication: {},
    deduplicationScope: { computed: true },
    delaySeconds: { fallback: 0 },
    fifoQueue: fixed,
    fifoThroughputLimit: { computed: true },
    kmsDataKeyReusePeriodSeconds: { fallback: 300 },
    kmsMasterKeyId: {},
    maxMessageSize: { computed: true },
    messageRetentionSeconds: { fallback: 345_600 },
    name: named(80),
    namePrefix: prefix,
    policy: { as: "json", computed: true },
    receiveWaitTimeSeconds: { fallback: 0 },
    redriveAllowPolicy: { as: "json" },
    redrivePolicy: { as: "json" },
    sqsManagedSseEnabled: { computed: true },
    tags: {},
    visibilityTimeoutSeconds: { fallback: 30 },
  },

  async create(inputs, aws) {
    const sqs = await aws.sqs();
    const fifo = inputs.fifoQueue ? { FifoQueue: "true" } : {};
    const { QueueUrl } = await sqs.createQueue({
      QueueName: inputs.name,
      Attributes: { ...toAttributes(inputs), ...fifo },
      tags: inputs.tags,
    });
    return present(QueueUrl, "a queue URL");
  },

  async read(id, aws) {
    const found = await attributesOf(aws, id);
    if (!found) return undefined;
    const sqs = await aws.sqs();
    const { Tags = {} } = await sqs.listQueueTags({ QueueUrl: id });
    return {
      ...fromAttributes(found),
      arn: found["QueueArn"],
      fifoQueue: found["FifoQueue"] === "true",
      name: lastSegment(id),
      tags: Tags,
      url: id,
    };
  },

  async update(id, { olds, news }, aws) {
    const sqs = await aws.sqs();
    const cleared = (Object.keys(attributes) as Attribute[]).filter(
      (name) => olds[name] !== undefined && news[name] === undefined,
    );
    const reset = Object.fromEntries(cleared.map((name) => [attributes[name], defaults[name] ?? ""]));
    await sqs.setQueueAttributes({ QueueUrl: id, Attributes: { ...reset, ...toAttributes(news) } });
    await retag(
      { olds, news },
      {
        tag: (Tags) => sqs.tagQueue({ QueueUrl: id, Tags }),
        untag: (TagKeys) => sqs.untagQueue({ QueueUrl: id, TagKeys }),
      },
    );
  },

  async delete(id, aws) {
    const sqs = await aws.sqs();
    await unless(gone, sqs.deleteQueue({ QueueUrl: id }));
  },
});

/** A policy set on a queue that another resource made. */
export const queuePolicy = define<QueuePolicyArgs, QueuePolicyState>({
  inputs: { policy: { required: true, as: "json" }, queueUrl: requiredFixed },

  async create({ policy, queueUrl }, aws) {
    await setPolicy(aws, queueUrl, policy);
    return queueUrl;
  },

  async read(id, aws) {
    const found = await attributesOf(aws, id);
    return found?.["Policy"] ? { policy: found["Policy"], queueUrl: id } : undefined;
  },

  update: (id, { news }, aws) => setPolicy(aws, id, news.policy),

  async delete(id, aws) {
    await unless(gone, setPolicy(aws, id, ""));
  },
});

async function setPolicy(aws: Aws, QueueUrl: string, Policy: string): Promise<void> {
  const sqs = await aws.sqs();
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
}

async function attributesOf(aws: Aws, QueueUrl: string): Promise<Record<string, string> | undefined> {
  const sqs = await aws.sqs();
  const found = await unless(gone, sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] }));
  return found && (found.Attributes ?? {});
}

function toAttributes(inputs: Attributes): Record<string, string> {
  const given = (Object.keys(attributes) as Attribute[]).filter((name) => inputs[name] !== undefined);
  return Object.fromEntries(given.map((name) => [attributes[name], String(inputs[name])]));
}

/** SQS answers in text; a program expects numbers and booleans, and no documents that were never set. */
function fromAttributes(found: Readonly<Record<string, string>>): Partial<Plain<QueueState>> {
  const set = (Object.keys(attributes) as Attribute[]).filter((name) => found[attributes[name]]);
  return Object.fromEntries(set.map((name) => [name, typed(found[attributes[name]] ?? "")]));
}

function typed(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+$/.test(text) ? Number(text) : text;
}
