import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
} from "@aws-sdk/client-iam";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { AwsConnection } from "./aws";
import { awsClients, codeOf } from "./aws";
import type { Resource } from "./provider";

/** The audience of the tokens that EKS gives to pods. */
const audience = "sts.amazonaws.com";

interface Inputs extends AwsConnection {
  readonly issuer: string;
  readonly arn: string;
}

interface Found {
  /** What we added: all of it, the audience to one that was there, or nothing. Exactly that is taken away again. */
  readonly added: "provider" | "audience" | "nothing";
}

export const oidcProvider: Resource<Inputs, Found> = {
  identity: ["arn"],
  async create(inputs) {
    return { id: inputs.arn, found: { added: await add(awsClients(inputs).iam, inputs) } };
  },
  async read({ found, ...inputs }) {
    return (await audiences(awsClients(inputs).iam, inputs.arn)) === undefined ? undefined : found;
  },
  async delete({ found, ...inputs }) {
    const { iam } = awsClients(inputs);
    const provider = { OpenIDConnectProviderArn: inputs.arn };
    if (found.added === "nothing" || (await audiences(iam, inputs.arn)) === undefined) return;
    if (found.added === "provider") await iam.send(new DeleteOpenIDConnectProviderCommand(provider));
    else await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...provider, ClientID: audience }));
  },
};

async function add(iam: IAMClient, { issuer, arn }: Inputs): Promise<Found["added"]> {
  const known = await audiences(iam, arn);
  if (known === undefined) {
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: [audience] }));
    return "provider";
  }
  if (known.includes(audience)) return "nothing";
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: audience }));
  return "audience";
}

/** `undefined` when there is no such provider. */
async function audiences(iam: IAMClient, arn: string): Promise<readonly string[] | undefined> {
  try {
    const { ClientIDList = [] } = await iam.send(
      new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
    );
    return ClientIDList;
  } catch (error) {
    if (codeOf(error) === "NoSuchEntityException") return undefined;
    throw error;
  }
}
