import type { EventRuleArgs, EventRuleState } from "@pulumi/aws/cloudwatch/eventRule";
import type { EventTargetArgs, EventTargetState } from "@pulumi/aws/cloudwatch/eventTarget";
import type { PutRuleCommandInput, Target } from "@aws-sdk/client-eventbridge";
import { autoName } from "../provider";
import { present, unless } from "./aws";
import type { Aws } from "./aws";
import { define, document, fixed, named, prefix, requiredFixed } from "./resource";
import type { Plain } from "./resource";
import { fromTagList, retag, toTagList } from "./tags";

const gone = ["ResourceNotFoundException"];
const defaultBus = "default";

/** Id: the name, after `<bus>/` when it is not on the default bus. */
export const eventRule = define<EventRuleArgs, EventRuleState>({
  inputs: {
    description: {},
    eventBusName: { ...fixed, fallback: defaultBus },
    eventPattern: document,
    forceDestroy: { remembered: true },
    name: named(64),
    namePrefix: prefix,
    roleArn: {},
    scheduleExpression: {},
    state: { fallback: "ENABLED" },
    tags: {},
  },

  async create(inputs, aws) {
    const events = await aws.events();
    const name = present(inputs.name, "a rule name");
    await events.putRule({ ...toRule(name, inputs), Tags: toTagList(inputs.tags) });
    const bus = inputs.eventBusName ?? defaultBus;
    return bus === defaultBus ? name : `${bus}/${name}`;
  },

  async read(id, aws) {
    const events = await aws.events();
    const { bus, rule } = locate(id);
    const found = await unless(gone, events.describeRule({ Name: rule, EventBusName: bus }));
    if (!found) return undefined;
    const { Tags } = await events.listTagsForResource({ ResourceARN: found.Arn });
    return {
      arn: found.Arn,
      description: found.Description,
      eventBusName: found.EventBusName ?? bus,
      eventPattern: found.EventPattern,
      name: rule,
      roleArn: found.RoleArn,
      scheduleExpression: found.ScheduleExpression,
      state: found.State,
      tags: fromTagList(Tags),
    };
  },

  async update(id, { olds, news }, aws) {
    const events = await aws.events();
    const { rule } = locate(id);
    const { RuleArn } = await events.putRule(toRule(rule, news));
    await retag(
      { olds, news },
      {
        tag: (added) => events.tagResource({ ResourceARN: RuleArn, Tags: toTagList(added) }),
        untag: (TagKeys) => events.untagResource({ ResourceARN: RuleArn, TagKeys }),
      },
    );
  },

  async delete(id, aws, { forceDestroy = false }) {
    const events = await aws.events();
    const { bus, rule } = locate(id);
    if (forceDestroy) await removeTargets(aws, id);
    await unless(gone, events.deleteRule({ Name: rule, EventBusName: bus, Force: forceDestroy }));
  },
});

function toRule(name: string, inputs: Plain<EventRuleArgs>): PutRuleCommandInput {
  return {
    Name: name,
    Description: inputs.description,
    EventBusName: inputs.eventBusName,
    EventPattern: inputs.eventPattern,
    RoleArn: inputs.roleArn,
    ScheduleExpression: inputs.scheduleExpression,
    State: inputs.state === "DISABLED" ? "DISABLED" : "ENABLED",
  };
}

function locate(id: string): { readonly bus: string; readonly rule: string } {
  const at = id.lastIndexOf("/");
  return at < 0 ? { bus: defaultBus, rule: id } : { bus: id.slice(0, at), rule: id.slice(at + 1) };
}

async function removeTargets(aws: Aws, id: string): Promise<void> {
  const events = await aws.events();
  const { bus, rule } = locate(id);
  const found = await unless(gone, events.listTargetsByRule({ Rule: rule, EventBusName: bus }));
  const Ids = (found?.Targets ?? []).flatMap(({ Id }) => Id ?? []);
  if (Ids.length > 0) await events.removeTargets({ Rule: rule, EventBusName: bus, Ids, Force: true });
}

/** Id: `<rule>/<target id>`, after `<bus>/` when it is not on the default bus, as the published provider imports it. */
export const eventTarget = define<EventTargetArgs, EventTargetState>({
  inputs: {
    arn: { required: true },
    deadLetterConfig: {},
    eventBusName: { ...fixed, fallback: defaultBus },
    forceDestroy: { remembered: true },
    input: {},
    inputPath: {},
    retryPolicy: {},
    roleArn: {},
    rule: requiredFixed,
    targetId: { ...fixed, computed: true },
  },

  async create(inputs, aws) {
    const targetId = inputs.targetId ?? autoName("pulumi");
    await putTarget(aws, targetId, inputs);
    const bus = inputs.eventBusName ?? defaultBus;
    return [...(bus === defaultBus ? [] : [bus]), inputs.rule, targetId].join("/");
  },

  async read(id, aws) {
    const events = await aws.events();
    const { bus, rule, targetId } = locateTarget(id);
    const found = await unless(gone, events.listTargetsByRule({ Rule: rule, EventBusName: bus }));
    const target = found?.Targets?.find(({ Id }) => Id === targetId);
    if (!target) return undefined;
    const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = target.RetryPolicy ?? {};
    return {
      arn: target.Arn,
      deadLetterConfig: target.DeadLetterConfig && { arn: target.DeadLetterConfig.Arn },
      eventBusName: bus,
      input: target.Input,
      inputPath: target.InputPath,
      retryPolicy: target.RetryPolicy && {
        maximumEventAgeInSeconds: MaximumEventAgeInSeconds,
        maximumRetryAttempts: MaximumRetryAttempts,
      },
      roleArn: target.RoleArn,
      rule,
      targetId,
    };
  },

  update: (id, { news }, aws) => putTarget(aws, locateTarget(id).targetId, news),

  async delete(id, aws, { forceDestroy = false }) {
    const events = await aws.events();
    const { bus, rule, targetId } = locateTarget(id);
    const target = { Rule: rule, EventBusName: bus, Ids: [targetId], Force: forceDestroy };
    await unless(gone, events.removeTargets(target));
  },
});

async function putTarget(aws: Aws, targetId: string, inputs: Plain<EventTargetArgs>): Promise<void> {
  const events = await aws.events();
  const { retryPolicy, deadLetterConfig } = inputs;
  const target: Target = {
    Id: targetId,
    Arn: inputs.arn,
    Input: inputs.input,
    InputPath: inputs.inputPath,
    RoleArn: inputs.roleArn,
    DeadLetterConfig: deadLetterConfig && { Arn: deadLetterConfig.arn },
    RetryPolicy: retryPolicy && {
      MaximumEventAgeInSeconds: retryPolicy.maximumEventAgeInSeconds,
      MaximumRetryAttempts: retryPolicy.maximumRetryAttempts,
    },
  };
  const { FailedEntries = [] } = await events.putTargets({
    Rule: inputs.rule,
    EventBusName: inputs.eventBusName,
    Targets: [target],
  });
  const [failed] = FailedEntries;
  if (failed) throw new Error(`target ${targetId} of rule ${inputs.rule}: ${failed.ErrorMessage ?? "refused"}`);
}

function locateTarget(id: string): { readonly bus: string; readonly rule: string; readonly targetId: string } {
  const at = id.lastIndexOf("/");
  return { ...locate(id.slice(0, at)), targetId: id.slice(at + 1) };
}
