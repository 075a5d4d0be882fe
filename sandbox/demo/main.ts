/** `npm start`: the whole loop on this machine, visibly: nothing → cluster with autoscaling → nodes → nothing. */
import { Command } from "commander";
import { interruption, InterruptedError, unlessAborted, untilAborted } from "../processes/interruption";
import { type Sandbox, startSandbox } from "../sandbox";
import { narrator } from "./narrator";
import type { Narrator } from "./narrator";
import { grow, install, interrupt, inventory, setStage, shrink, takeDown } from "./story";

const { keep } = new Command("npm start --")
  .description("Builds or finds the engines, then shows the closed loop on them: up, grow, shrink, interrupt, destroy.")
  .option("--keep", "stop before the destroy and stay up, for kubectl and viewers", false)
  .showHelpAfterError("(--help lists what there is)")
  .parse()
  .opts<{ keep: boolean }>();

async function main(): Promise<number> {
  const signal = interruption();
  const tell = narrator(console.log, () => performance.now());
  tell.chapter("engines: Kubernetes control plane, AWS account, Pulumi");
  const sandbox = await startSandbox({ signal });
  try {
    const isClean = await unlessAborted(story(sandbox, tell), signal);
    if (keep) await stayUp(sandbox, signal);
    await sandbox.discard();
    return isClean ? 0 : 1;
  } catch (error) {
    if (error instanceof InterruptedError) {
      tell.say("interrupted: everything ends");
      await sandbox.discard();
    } else {
      await sandbox.stop();
      tell.say(`failed; logs are in ${sandbox.directory}/logs`);
    }
    throw error;
  }
}

/** Whether nothing was left behind; true when nothing was taken down. */
async function story(sandbox: Sandbox, tell: Narrator): Promise<boolean> {
  tell.say(`cluster ${sandbox.clusterName} and AWS account are up; logs in ${sandbox.directory}/logs`);
  const before = await inventory(sandbox);
  const stage = await setStage(sandbox, tell);
  await install(stage);
  await grow(stage);
  await shrink(stage);
  await interrupt(stage);
  return keep || takeDown(stage, before);
}

async function stayUp({ environment }: Sandbox, signal: AbortSignal): Promise<void> {
  console.log(["", "Still up. In another terminal:", ...exportsOf(environment), "Ctrl-C ends it."].join("\n"));
  await untilAborted(signal);
}

const exportsOf = (environment: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(environment)
    .filter(([name]) => name === "KUBECONFIG" || name.startsWith("AWS_"))
    .map(([name, value]) => `  export ${name}='${value}'`);

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    // What was going on when somebody interrupted it is not waited for.
    process.exit(error instanceof InterruptedError ? 130 : 1);
  },
);
