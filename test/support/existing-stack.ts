import { version as awsVersion } from "@pulumi/aws/package.json";
import { version as kubernetesVersion } from "@pulumi/kubernetes/package.json";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { resources as own, type ResourceKind } from "#components/resources/index";
import { functions } from "#sandbox/plugins/aws/functions";
import { awsPlugin } from "#sandbox/plugins/aws/plugin";
import { resources } from "#sandbox/plugins/aws/resources";
import { KubernetesPlugin } from "#sandbox/plugins/kubernetes/plugin";
import type { Plugin, Properties } from "#sandbox/plugins/provider";

/** A resource in a stack's state. */
export interface Existing {
  /** With its parents', as in the URN. */
  readonly type: string;
  readonly name: string;
  /** Of a resource that is more than a component. */
  readonly id?: string;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}

/** What an `up` would do, by type and name. What is changed in place is not told from what stays. */
export interface Plan {
  readonly created: readonly string[];
  readonly replaced: readonly string[];
  readonly deleted: readonly string[];
}

/**
 * What the engine would plan for a program whose stack is there: it finds resources again by URN, and the providers say
 * what cannot be changed in place. Without an account and a cluster; what exists answers with the outputs of its state.
 */
export async function planFor(existing: readonly Existing[], program: () => unknown): Promise<Plan> {
  const state = new Map(existing.map((resource) => [`${ownType(resource.type)} ${resource.name}`, resource]));
  const wanted = await registered(program, state);
  const urns = new Set(existing.map(urnOf));
  const replaces = await Promise.all(
    existing.map(async (resource) => {
      const news = wanted.get(urnOf(resource));
      return news !== undefined && (await isReplaced(resource, news));
    }),
  );
  return {
    created: [...wanted.keys()].filter((urn) => !urns.has(urn)),
    replaced: existing.filter((_, index) => replaces[index]).map(urnOf),
    deleted: existing.map(urnOf).filter((urn) => !wanted.has(urn)),
  };
}

const urnOf = ({ type, name }: Pick<Existing, "type" | "name">): string => `${type} ${name}`;
const ownType = (type: string): string => type.split("$").at(-1) ?? type;

/** URN → inputs of all that a program asks for. */
async function registered(
  program: () => unknown,
  state: ReadonlyMap<string, Existing>,
): Promise<ReadonlyMap<string, Properties>> {
  const types = new Map<object, string>();
  const urns = new Map<string, string>();
  const ignored = new Map<string, readonly string[]>();
  const inputs = new Map<string, Properties>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }: MockResourceArgs) => {
        const key = `${type} ${name}`;
        const { id = `${name}-id`, inputs: before, outputs } = state.get(key) ?? {};
        const kept = (ignored.get(key) ?? []).flatMap((property) =>
          before === undefined ? [] : [[property, before[property]] as const],
        );
        // Mocks are typed `any` by the SDK; inputs are plain properties.
        inputs.set(key, { ...(given as Properties), ...Object.fromEntries(kept) });
        return { id, state: { ...before, ...(given as object), ...outputs } };
      },
      call: ({ token }) => account[token] ?? {},
    },
    "pulumi-karpenter",
    "dev",
    false,
  );
  await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      const parent = opts.parent === undefined ? undefined : types.get(opts.parent);
      const whole = parent === undefined ? type : `${parent}$${type}`;
      types.set(resource, whole);
      urns.set(`${type} ${name}`, urnOf({ type: whole, name }));
      ignored.set(`${type} ${name}`, "ignoreChanges" in opts ? (opts.ignoreChanges ?? []) : []);
      return undefined;
    });
    program();
    return Promise.resolve({});
  });
  await pulumi.runtime.disconnect();
  return new Map([...urns].map(([key, urn]) => [urn, inputs.get(key) ?? {}]));
}

const account: Readonly<Record<string, object>> = {
  "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com" },
  "aws:index/getRegion:getRegion": { region: "us-east-1", name: "us-east-1" },
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
};

const plugins: Readonly<Record<string, Plugin>> = {
  aws: awsPlugin({ version: awsVersion, resources, functions }, { AWS_REGION: "us-east-1" }),
  kubernetes: new KubernetesPlugin(kubernetesVersion),
};

async function isReplaced({ type, name, id, inputs, outputs }: Existing, given: Properties): Promise<boolean> {
  if (id === undefined || inputs === undefined) return false;
  const [provider = ""] = ownType(type).split(":");
  if (provider === "pulumi-nodejs") {
    // `pulumi-nodejs:dynamic/pulumi-karpenter:<kind>`, as `OwnResource` names them.
    const kind = ownType(type).split(":").at(-1) as ResourceKind;
    return (await own[kind].diff(id, inputs, given)).replaces.length > 0;
  }
  const plugin = plugins[provider];
  if (plugin === undefined) throw new Error(`${type}: no provider of that name is known here`);
  await plugin.configure({});
  const subject = { urn: urnOf({ type, name }), type: ownType(type), name };
  const { inputs: news } = await plugin.check(subject, inputs, given);
  const { replaces = [] } = await plugin.diff(subject, { id, state: { ...inputs, ...outputs }, olds: inputs, news });
  return replaces.length > 0;
}
