/**
 * Resources of our own, for what no published provider does. They run in Pulumi's dynamic provider, so that a plain
 * `pulumi destroy` runs their delete from state alone, without the program.
 *
 * State holds no code but the few lines below, which find this package where the project is and call into it
 * (`components/resources`, bundled as `dist/resources.cjs`). So an old stack is always destroyed by the installed
 * version of the package, and the heavy part is not copied into every checkpoint.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ResourceKind } from "./resources";

/** The program that Pulumi keeps in state. It must go on working with every later version of this package. */
const trampoline = (kind: ResourceKind): string => `
const { createRequire } = require("node:module");
const { join } = require("node:path");
const methods = ["check", "diff", "create", "read", "update", "delete"];
const load = () => {
  try {
    return createRequire(join(process.cwd(), "package.json"))("pulumi-karpenter/resources");
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    throw new Error("package pulumi-karpenter is not installed or not built in " + process.cwd() + ": run npm ci and npm run bundle");
  }
};
const call = (method) => (...args) => load().resources.${kind}[method](...args);
exports.handler = () => Object.fromEntries(methods.map((method) => [method, call(method)]));
`;

export class OwnResource extends pulumi.CustomResource {
  constructor(kind: ResourceKind, name: string, own: OwnOptions) {
    // The same as pulumi.dynamic.Resource does, but with a program that we write rather than one serialised from a
    // closure: its text does not change with the compiler.
    super(
      `pulumi-nodejs:dynamic/pulumi-karpenter:${kind}`,
      name,
      { ...own.inputs, __provider: trampoline(kind) },
      own.opts,
    );
  }
}

export interface OwnOptions {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly opts: pulumi.CustomResourceOptions;
}

/**
 * How the AWS provider of a component's children reaches the account, so that our resources reach the same one: by the
 * region and profile of the provider that the component was given, else by the stack's own, with the role that this
 * assumes. A given provider does not tell which role it assumes: let its profile do so.
 */
export function awsConnection(parent: pulumi.Resource): Readonly<Record<string, pulumi.Input<string | undefined>>> {
  const { region } = aws.getRegionOutput({}, { parent });
  const given = parent.getProvider("aws:index:Provider");
  if (aws.Provider.isInstance(given)) return { region, profile: given.profile };
  return { region, profile: aws.config.profile, roleArn: aws.config.assumeRoles?.at(-1)?.roleArn };
}
