import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { buildEngines } from "#sandbox/engines/engines";
import type { TestAccount } from "../../aws/account";

/** The real Pulumi engine with the sandbox's plugins, on the account of a test. */
export class Engine {
  readonly #directory: string;
  readonly #pulumi: PulumiCommand;
  readonly #environment: Readonly<Record<string, string>>;
  #stacks = 0;

  private constructor(directory: string, pulumi: PulumiCommand, environment: Readonly<Record<string, string>>) {
    this.#directory = directory;
    this.#pulumi = pulumi;
    this.#environment = environment;
  }

  static async start({ aws }: Pick<TestAccount, "aws">): Promise<Engine> {
    const { binaries } = await buildEngines(() => undefined);
    const directory = await mkdtemp(join(tmpdir(), "aws-engine-test-"));
    await mkdir(join(directory, "bin"));
    await symlink(binaries.pulumi, join(directory, "bin", "pulumi"));
    const plugins = join(__dirname, "../../../../sandbox/plugins/bin");
    const path = [dirname(process.execPath), plugins, process.env["PATH"] ?? ""].join(delimiter);
    return new Engine(directory, await PulumiCommand.get({ root: directory, skipVersionCheck: true }), {
      AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: aws.region,
      AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
      KUBECONFIG: await writeKubeconfig(directory),
      PATH: path,
      PULUMI_BACKEND_URL: `file://${directory}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_HOME: join(directory, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
  }

  /** A stack of its own that runs this program. */
  async stack(program: PulumiFn): Promise<Stack> {
    this.#stacks += 1;
    const stack = { stackName: `test-${this.#stacks}`, projectName: "aws-plugin", program };
    const workDir = await mkdtemp(join(this.#directory, "program-"));
    const options = { workDir, pulumiCommand: this.#pulumi, envVars: { ...this.#environment } };
    return LocalWorkspace.createOrSelectStack(stack, options);
  }

  stop(): Promise<void> {
    return rm(this.#directory, { recursive: true });
  }
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
