import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { interruptionEvents } from "../controller/contract/interruption-events";
import { names, ruleName } from "../controller/contract/names";
import { queuePolicyDocument } from "./policy-document";

export interface InterruptionQueueArgs {
  /** The queue's name; upstream names it after the cluster. @default Pulumi's own naming */
  readonly queueName?: pulumi.Input<string>;
  /**
   * How long an unread warning is kept. A spot warning is worthless after two minutes.
   * @default 300
   */
  readonly retentionSeconds?: pulumi.Input<number>;
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** The queue through which EC2 warns the controller that a machine is about to go, and the rules that feed it. */
export class InterruptionQueue extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: InterruptionQueueArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:InterruptionQueue", name, args, opts);
    const { queueName, retentionSeconds = 300, tags = {} } = args;

    const queue = new aws.sqs.Queue(
      name,
      { name: queueName, messageRetentionSeconds: retentionSeconds, sqsManagedSseEnabled: true, tags },
      { parent: this },
    );
    new aws.sqs.QueuePolicy(
      name,
      { queueUrl: queue.url, policy: queue.arn.apply(queuePolicyDocument) },
      { parent: this },
    );

    for (const [kind, { source, detailType }] of Object.entries(interruptionEvents)) {
      const eventPattern = JSON.stringify({ source: [source], "detail-type": [detailType] });
      const rule = new aws.cloudwatch.EventRule(
        `${name}-${kind}`,
        { name: queue.name.apply((of) => ruleName(kind, of)), eventPattern, tags },
        // Stacks from before rules had names keep those that they were given: another name is another rule.
        { parent: this, ignoreChanges: ["name"] },
      );
      new aws.cloudwatch.EventTarget(
        `${name}-${kind}`,
        { rule: rule.name, arn: queue.arn, targetId: names.eventTarget },
        { parent: this },
      );
    }

    this.name = queue.name;
    this.url = queue.url;
    this.arn = queue.arn;
    this.registerOutputs({ name: this.name, url: this.url, arn: this.arn });
  }
}
