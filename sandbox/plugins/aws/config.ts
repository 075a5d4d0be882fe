/** The provider's own configuration: what the sandbox honours of it, and a refusal of what it would have to ignore. */
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { Properties } from "../provider";

export interface AwsConfig {
  readonly region: string;
  readonly profile?: string;
  /** By service name as the provider's `endpoints` spells it. */
  readonly endpoints: Readonly<Record<string, string | undefined>>;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Settings that change how calls are made or checked, not what is made: nothing is lost by leaving them alone. */
const harmless = new Set([
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "maxRetries",
  "retryMode",
  "userAgents",
  "version",
  "pluginDownloadURL",
]);
const honoured = new Set([
  "region",
  "profile",
  "endpoints",
  "accessKey",
  "secretKey",
  "token",
  "defaultTags",
  "assumeRoles",
]);

/** @throws Error naming the first setting that is given and not honoured, or that no region is given. */
export async function readConfig(inputs: Properties, env: NodeJS.ProcessEnv): Promise<AwsConfig> {
  const given = Object.entries(inputs).filter(([name, value]) => !isEmpty(value) && !harmless.has(name));
  const ignored = given.find(([name]) => !honoured.has(name) && !name.startsWith("__"));
  if (ignored) throw new Error(`provider aws: ${ignored[0]} is not supported in the sandbox`);

  const region = text(inputs["region"]) ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  if (region === undefined) throw new Error("provider aws: region is missing; set aws:region or AWS_REGION");
  const profile = text(inputs["profile"]);
  const endpoints = Object.assign({}, ...list(inputs["endpoints"])) as AwsConfig["endpoints"];
  const credentials = await assumed(inputs, { keys: accessKeys(inputs), region, endpoint: endpoints["sts"] });
  return {
    region,
    endpoints,
    defaultTags: (decoded(inputs["defaultTags"]) as { tags?: Record<string, string> } | null | undefined)?.tags ?? {},
    ...(profile !== undefined && { profile }),
    ...(credentials && { credentials }),
  };
}

interface AssumedRole {
  readonly roleArn?: string;
  readonly sessionName?: string;
  readonly externalId?: string;
}

interface Caller {
  readonly keys: AwsCredentialIdentity | undefined;
  readonly region: string;
  readonly endpoint: string | undefined;
}

/** The provider's `assumeRoles`, one after the other; without them, its static keys, if any. */
async function assumed(inputs: Properties, caller: Caller): Promise<AwsConfig["credentials"]> {
  const roles = list(inputs["assumeRoles"]) as AssumedRole[];
  if (roles.length === 0) return caller.keys;

  const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  const { region, endpoint } = caller;
  return roles.reduce<AwsConfig["credentials"]>((masterCredentials, { roleArn, sessionName, externalId }) => {
    if (roleArn === undefined) throw new Error("provider aws: assumeRoles needs a roleArn in each entry");
    return fromTemporaryCredentials({
      params: { RoleArn: roleArn, RoleSessionName: sessionName ?? "pulumi", ExternalId: externalId },
      clientConfig: { region, ...(endpoint !== undefined && { endpoint }) },
      ...(masterCredentials && { masterCredentials }),
    });
  }, caller.keys);
}

function accessKeys(inputs: Properties): AwsCredentialIdentity | undefined {
  const accessKeyId = text(inputs["accessKey"]);
  const secretAccessKey = text(inputs["secretKey"]);
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const sessionToken = text(inputs["token"]);
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const list = (value: unknown): readonly object[] => (decoded(value) ?? []) as readonly object[];

/** Provider inputs that are not strings travel as JSON text. */
const decoded = (value: unknown): unknown => (typeof value === "string" && value !== "" ? JSON.parse(value) : value);

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || ["", "null", "[]", "{}", "false"].includes(value as string);
