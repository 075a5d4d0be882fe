import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { stringify } from "yaml";
import { buildEngines } from "#sandbox/engines/engines";
import { atEnd } from "#support/at-end";
import { sharedAccount, type TestAccount } from "../../aws/account";
import { Engine } from "../engine";

export interface OnAccount {
  readonly engine: Engine;
  readonly account: TestAccount;
}

let starting: Promise<OnAccount> | undefined;

/** The engine on an account, both for the whole run: who uses them leaves the account as it was. */
export function onAccount(): Promise<OnAccount> {
  starting ??= start();
  return starting;
}

async function start(): Promise<OnAccount> {
  const account = await sharedAccount();
  const directory = await mkdtemp(join(tmpdir(), "aws-engine-test-"));
  atEnd(() => rm(directory, { recursive: true }));
  const { binaries } = await buildEngines(() => undefined);
  const environment = await environmentFor(account, directory);
  return { account, engine: await Engine.in({ directory, environment, pulumi: binaries.pulumi }) };
}

async function environmentFor({ aws }: TestAccount, directory: string): Promise<Readonly<Record<string, string>>> {
  const plugins = join(__dirname, "../../../../sandbox/plugins/bin");
  const state = join(directory, "pulumi-state");
  await mkdir(state);
  return {
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    KUBECONFIG: await writeKubeconfig(directory),
    PATH: [dirname(process.execPath), plugins, process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_HOME: join(directory, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** Names an administrator's token. No API server listens there: nothing here is to reach one. */
async function writeKubeconfig(directory: string): Promise<string> {
  const path = join(directory, "kubeconfig");
  const admin = { name: "admin", user: { token: "admin-token" } };
  const contexts = [{ name: "it", context: { cluster: "it", user: "admin" } }];
  const clusters = [{ name: "it", cluster: { server: "https://127.0.0.1:6443" } }];
  await writeFile(path, stringify({ "current-context": "it", users: [admin], contexts, clusters }));
  return path;
}
