/** `npm start`: the whole loop on this machine, visibly: nothing → cluster with autoscaling → nodes → nothing. */
import { once } from "node:events";
import { Command } from "commander";
import { startSandbox } from "../sandbox";
import { narrator } from "./narrator";
import { grow, install, interrupt, inventory, setStage, shrink, takeDown } from "./story";

const { keep } = new Command("npm start --")
  .description("Builds or finds the engines, then shows the closed loop on them: up, grow, shrink, interrupt, destroy.")
  .option("--keep", "stop before the destroy and stay up, for kubectl and viewers", false)
  .parse()
  .opts<{ keep: boolean }>();

async function main(): Promise<number> {
  const tell = narrator(console.log, () => performance.now());
  tell.chapter("engines: Kubernetes control plane, AWS account, Pulumi");
  const sandbox = await startSandbox();
  try {
    tell.say(`cluster ${sandbox.clusterName} and AWS account are up; logs in ${sandbox.directory}/logs`);
    const before = await inventory(sandbox);
    const stage = await setStage(sandbox, tell);
    await install(stage);
    await grow(stage);
    await shrink(stage);
    await interrupt(stage);
    if (!keep) return (await takeDown(stage, before)) ? 0 : 1;

    console.log(
      ["", "Still up. In another terminal:", ...exportsOf(sandbox.environment), "Ctrl-C ends it."].join("\n"),
    );
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    return 0;
  } finally {
    await sandbox.stop();
  }
}

const exportsOf = (environment: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(environment)
    .filter(([name]) => name === "KUBECONFIG" || name.startsWith("AWS_"))
    .map(([name, value]) => `  export ${name}='${value}'`);

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
