import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Aws } from "./aws";

const DETAIL_TYPE = "EC2 Spot Instance Interruption Warning";

/**
 * "This spot instance goes in two minutes", as EC2 says it.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export async function sendSpotInterruption(
  { clients, region, accountId }: Pick<Aws, "clients" | "region" | "accountId">,
  instanceId: string,
): Promise<void> {
  const entry = {
    Source: "aws.ec2",
    DetailType: DETAIL_TYPE,
    Resources: [`arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`],
    Detail: JSON.stringify({ "instance-id": instanceId, "instance-action": "terminate" }),
  };
  const answer = await clients.events.send(new PutEventsCommand({ Entries: [entry] }));
  const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  if (refused) throw new Error(`event ${DETAIL_TYPE} was refused: ${refused.ErrorMessage ?? refused.ErrorCode ?? ""}`);
}
