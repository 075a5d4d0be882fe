import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import type { EC2NodeClass, EC2NodeClassSpec } from "#controller/api/ec2-node-class";
import type { Clock } from "#controller/ports/clock";
import type { LogFields } from "#controller/ports/log";
import { createProviders, type Providers, type ProviderSettings } from "#controller/providers/create-providers";
import { systemClock } from "#controller/runtime/system-clock";
import { administrator, region } from "#sandbox/aws/aws";
import { nodeClass } from "#support/builders";
import { testAccount, type TestAccount } from "../../sandbox/aws/account";

export const clusterName = "demo";
export const nodeRole = "KarpenterNodeRole-demo";

const discovered = [{ tags: { "karpenter.sh/discovery": clusterName } }];

/** A class that selects what the account was prepared with. */
export const awsNodeClass = (spec: Partial<EC2NodeClassSpec> = {}, name = "default"): EC2NodeClass =>
  nodeClass({
    metadata: { name, uid: `uid-of-${name}` },
    spec: { subnetSelectorTerms: discovered, securityGroupSelectorTerms: discovered, role: nodeRole, ...spec },
  });

/** The providers on an account of their own, whose subnets and security group carry the discovery tag. */
export interface AwsWorld extends TestAccount {
  readonly providers: Providers;
  readonly said: readonly { readonly message: string; readonly fields: LogFields }[];
  /** The class with its status as the class' controller would write it. */
  resolved(nodeClass: EC2NodeClass): Promise<EC2NodeClass>;
  /** Providers that know nothing yet, as after a restart, on the same account. */
  again(settings?: Partial<ProviderSettings>): Promise<Providers>;
}

export interface WorldOptions extends Partial<ProviderSettings> {
  readonly clock?: Clock;
}

export async function awsWorld({ clock = systemClock, ...settings }: WorldOptions = {}): Promise<AwsWorld> {
  const account = await testAccount({ clusterName });
  // The SDK's own chain finds credentials here, as it would find the pod's web identity.
  process.env["AWS_ACCESS_KEY_ID"] = administrator.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = administrator.secretAccessKey;
  await prepare(account);
  const said: { message: string; fields: LogFields }[] = [];
  const say = (message: string, fields: LogFields = {}): void => void said.push({ message, fields });
  const log = { debug: say, info: say, error: say, with: () => log };
  const metrics = { count: ignore, set: ignore, observe: ignore, forget: ignore };
  const { endpoint } = account.aws;
  const again = async (others: Partial<ProviderSettings> = {}): Promise<Providers> => {
    const made = createProviders({
      ...{ clock, log, metrics },
      settings: { clusterName, region, endpoint, ...settings, ...others },
    });
    await made.ready();
    return made;
  };
  const providers = await again();
  return { ...account, providers, said, again, resolved: (nodeClass) => resolve(providers, nodeClass) };
}

const ignore = (): void => undefined;

async function prepare({ aws, seed }: TestAccount): Promise<void> {
  const Resources = [...seed.privateSubnetIds, seed.nodeSecurityGroupId];
  const Tags = [{ Key: "karpenter.sh/discovery", Value: clusterName }];
  await aws.clients.ec2.send(new CreateTagsCommand({ Resources, Tags }));
  await aws.clients.iam.send(new CreateRoleCommand({ RoleName: nodeRole, AssumeRolePolicyDocument: "{}" }));
}

async function resolve({ nodeClasses }: Providers, nodeClass: EC2NodeClass): Promise<EC2NodeClass> {
  const { generation } = nodeClass.metadata;
  return {
    ...nodeClass,
    status: {
      subnets: await nodeClasses.subnets(nodeClass),
      securityGroups: await nodeClasses.securityGroups(nodeClass),
      amis: await nodeClasses.amis(nodeClass),
      capacityReservations: await nodeClasses.capacityReservations(nodeClass),
      instanceProfile: await nodeClasses.instanceProfile(nodeClass),
      conditions: [
        { type: "Ready", status: "True", ...(generation !== undefined && { observedGeneration: generation }) },
      ],
    },
  };
}
