import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";

/** A resource that a program asked for. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

const answers: Readonly<Record<string, object>> = {
  "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com" },
  "aws:index/getRegion:getRegion": { region: "us-east-1", name: "us-east-1" },
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "111122223333" },
  "aws:ec2/getRouteTables:getRouteTables": { ids: ["rtb-1", "rtb-2"] },
  "aws:ec2/getVpc:getVpc": { cidrBlockAssociations: [{ cidrBlock: "10.0.0.0/16" }, { cidrBlock: "100.64.0.0/16" }] },
};

/** Runs a program against an engine that grants every wish; what it asked for, in the order of its asking. */
export async function registeredBy(program: () => unknown): Promise<readonly Registered[]> {
  const registered: Registered[] = [];
  const regions = new Map<string, unknown>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }: MockResourceArgs) => {
        // Mocks are typed `any` by the SDK; inputs are plain properties.
        registered.push({ type, name, inputs: inputs as Registered["inputs"] });
        if (type === "pulumi:providers:aws") regions.set(`${name}-id`, (inputs as { region?: unknown }).region);
        return { id: id === undefined || id === "" ? `${name}-id` : id, state: stateOf(type, name, inputs as object) };
      },
      call: ({ token, provider }: MockCallArgs) => {
        // Of a provider that the program made: its URN, two colons, its id.
        const region = regions.get(provider?.split("::").at(-1) ?? "");
        return { ...answers[token], ...(region === undefined || !token.endsWith(":getRegion") ? {} : { region }) };
      },
    },
    "pulumi-karpenter",
    "test",
    false,
  );
  await pulumi.runtime.runInPulumiStack(() => {
    program();
    return Promise.resolve({});
  });
  // Waits until the last resource has asked.
  await pulumi.runtime.disconnect();
  return registered;
}

/** What AWS would add to the inputs: an ARN, a name, an address. */
function stateOf(type: string, name: string, inputs: object): object {
  const called = "name" in inputs ? inputs.name : name;
  return {
    arn: `arn:aws:${type.split(":")[1]?.split("/")[0] ?? ""}:::${String(called)}`,
    name: called,
    url: `https://sqs.us-east-1.amazonaws.com/111122223333/${String(called)}`,
    ...inputs,
  };
}
