import { ListRulesCommand, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { GetQueueAttributesCommand, paginateListQueues } from "@aws-sdk/client-sqs";
import type { Clients } from "../clients";
import { collect, line } from "./line";

/** Queues with their policies, event rules with their targets. */
export async function listMessaging({
  sqs,
  events,
}: Pick<Clients, "sqs" | "events">): Promise<Record<string, string[]>> {
  const urls = await collect(paginateListQueues({ client: sqs }, {}), (page) => page.QueueUrls);
  const queues = urls.map(async (QueueUrl) => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }));
    return line(QueueUrl, { policy: Attributes?.Policy });
  });
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  const rules = Rules.map(async ({ Name, EventPattern }) => {
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
    return line(Name, {
      pattern: EventPattern,
      targets: Targets.map(({ Id, Arn }) => `${Id ?? ""} ${Arn ?? ""}`).sort(),
    });
  });
  return { queues: await Promise.all(queues), eventRules: await Promise.all(rules) };
}
