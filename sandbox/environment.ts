import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Aws, region } from "./aws/aws";
import type { Engines } from "./engines/engines";

/** Stands for the provider plugins that users get from Pulumi's servers. */
const plugins = join(__dirname, "plugins", "bin");

const dynamicProvider = dirname(require.resolve("@pulumi/pulumi/package.json"));

export interface EnvironmentOptions {
  readonly directory: string;
  readonly engines: Engines;
  readonly kubeconfig: string;
  readonly aws: Aws | undefined;
}

/**
 * What programs need to find the sandbox and nothing else: neither the user's AWS account nor the user's Pulumi. Made
 * to be laid over an environment.
 */
export async function environmentOf(options: EnvironmentOptions): Promise<Readonly<Record<string, string>>> {
  const { directory, engines, kubeconfig, aws } = options;
  const state = join(directory, "pulumi-state");
  await mkdir(state, { recursive: true });
  const { pulumi } = engines.binaries;
  const path = [
    // This Node first: it is new enough, the one on PATH may not be.
    dirname(process.execPath),
    dirname(pulumi),
    dirname(engines.binaries["pulumi-language-nodejs"]),
    plugins,
    // Pulumi's installers put this beside the CLI: it runs resources whose code is in their own state.
    dynamicProvider,
    process.env["PATH"] ?? "",
  ];
  return {
    KUBECONFIG: kubeconfig,
    PATH: path.join(delimiter),
    PULUMI_HOME: join(directory, "pulumi-home"),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Pulumi.yaml's `noCheck` again: the newest language host that can be built does not hear the CLI's word about it,
    // and would check the types of program and packages on every run.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    ...(aws ? awsEnvironment(aws, directory) : {}),
  };
}

/** The administrator's keys; the user's profiles are out of sight, lest one of them be used. */
const awsEnvironment = ({ endpoint, credentials }: Aws, directory: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_CONFIG_FILE: join(directory, "aws", "config"),
  AWS_SHARED_CREDENTIALS_FILE: join(directory, "aws", "credentials"),
  AWS_EC2_METADATA_DISABLED: "true",
});
