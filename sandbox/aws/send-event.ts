import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Aws } from "./aws";

/** The parts of an EventBridge event that its sender decides. */
interface Event {
  readonly source: "aws.ec2" | "aws.health";
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

type Sender = Pick<Aws, "clients" | "region" | "accountId">;

/** "This spot instance goes in two minutes", as EC2 says it. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
export const sendSpotInterruption = (aws: Sender, instanceId: string): Promise<void> =>
  send(aws, {
    ...fromEc2(aws, instanceId, "EC2 Spot Instance Interruption Warning"),
    detail: { "instance-id": instanceId, "instance-action": "terminate" },
  });

/** "This spot instance may go soon." https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html */
export const sendRebalanceRecommendation = (aws: Sender, instanceId: string): Promise<void> =>
  send(aws, fromEc2(aws, instanceId, "EC2 Instance Rebalance Recommendation"));

/** What the account sends by itself for instances that it starts and ends; here for states it never reaches on its own. */
export const sendStateChange = (aws: Sender, instanceId: string, state: string): Promise<void> =>
  send(aws, {
    ...fromEc2(aws, instanceId, "EC2 Instance State-change Notification"),
    detail: { "instance-id": instanceId, state },
  });

/** "This instance's host will be worked on." https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html */
export const sendScheduledChange = (aws: Sender, instanceId: string): Promise<void> =>
  send(aws, {
    source: "aws.health",
    detailType: "AWS Health Event",
    resources: [instanceId],
    detail: {
      eventArn: `arn:aws:health:${aws.region}::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/${instanceId}`,
      service: "EC2",
      eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
      eventTypeCategory: "scheduledChange",
      startTime: new Date().toUTCString(),
      endTime: new Date().toUTCString(),
      eventDescription: [{ language: "en_US", latestDescription: "An instance is scheduled for retirement." }],
      affectedEntities: [{ entityValue: instanceId }],
    },
  });

const fromEc2 = (aws: Sender, instanceId: string, detailType: string): Event => ({
  source: "aws.ec2",
  detailType,
  resources: [`arn:aws:ec2:${aws.region}:${aws.accountId}:instance/${instanceId}`],
  detail: { "instance-id": instanceId },
});

async function send({ clients }: Sender, event: Event): Promise<void> {
  const answer = await clients.events.send(
    new PutEventsCommand({
      Entries: [
        {
          Source: event.source,
          DetailType: event.detailType,
          Resources: [...event.resources],
          Detail: JSON.stringify(event.detail),
        },
      ],
    }),
  );
  const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  if (refused)
    throw new Error(`event ${event.detailType} was refused: ${refused.ErrorMessage ?? refused.ErrorCode ?? ""}`);
}
