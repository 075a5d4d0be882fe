import { Command, Option } from "commander";
import type { AuthenticationMode } from "./aws/seed-account";
import { interruption, InterruptedError, untilAborted } from "./processes/interruption";
import { describeCrash } from "./processes/supervisor";
import { type KubernetesSandbox, startSandbox } from "./sandbox";

interface Arguments {
  readonly clusterName: string;
  readonly authenticationMode: AuthenticationMode;
  readonly kubernetesOnly: boolean;
  readonly directory?: string;
}

const modes: readonly AuthenticationMode[] = ["API", "CONFIG_MAP", "API_AND_CONFIG_MAP"];

const command = new Command("sandbox")
  .description("Starts a Kubernetes cluster and an AWS account on this machine and keeps them until Ctrl-C.")
  .option("--cluster-name <name>", "name of the EKS cluster", "sandbox")
  .addOption(
    new Option("--authentication-mode <mode>", "how the cluster lets identities in")
      .choices(modes)
      .default("API_AND_CONFIG_MAP"),
  )
  .option("--kubernetes-only", "the control plane alone, without AWS", false)
  .option("--directory <path>", "where logs and state go, to be kept (default: a temporary folder, removed at the end)")
  .showHelpAfterError("(--help lists what there is)")
  .action(run);

async function run(options: Arguments): Promise<void> {
  const { kubernetesOnly, ...rest } = options;
  const signal = interruption();
  const given = { ...rest, signal };
  const sandbox = await (kubernetesOnly ? startSandbox({ ...given, kubernetesOnly }) : startSandbox(given));
  describe(sandbox);
  const crash = await Promise.race([sandbox.crashed, untilAborted(signal).then(() => undefined)]);
  if (crash === undefined) return sandbox.discard();
  await sandbox.stop();
  throw new Error(describeCrash(crash));
}

function describe({ environment, directory }: KubernetesSandbox): void {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  console.log([...exports, "", `# logs: ${directory}/logs`, "# ready; Ctrl-C ends it"].join("\n"));
}

command.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // What was being started when somebody interrupted it is not waited for.
  process.exit(error instanceof InterruptedError ? 130 : 1);
});
