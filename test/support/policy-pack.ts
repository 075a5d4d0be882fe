/** Policy packs under the real engine. */
import { chmod, copyFile, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { EngineEvent, PulumiFn } from "@pulumi/pulumi/automation";
import { makeBundle } from "../../tools/bundle";
import type { TestStack } from "../sandbox/plugins/engine";
import { onCluster } from "../sandbox/plugins/kubernetes/engine";
import { controlPlane } from "./control-plane";

const root = join(__dirname, "../..");

/** The pack that comes with this package. */
const shipped = "policies/pack";

/** A violation as the engine reports it. */
export interface Reported {
  readonly rule: string;
  /** Of the resource, in the program; empty for what is said of the stack. */
  readonly resource: string;
  readonly level: string;
  readonly message: string;
}

export interface Run {
  readonly reported: readonly Reported[];
  /** What the engine would make, by the resource's name. */
  readonly planned: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Previews a program with a pack of this repository, and with the pack's configuration in a file. */
export interface PolicyEngine {
  readonly stack: TestStack;
  preview(program: PulumiFn, config?: object, pack?: string): Promise<Run>;
}

export async function policyEngine(): Promise<PolicyEngine> {
  const { engine } = await onCluster();
  const { directory, environment } = await controlPlane();
  await makeBundle("policies", join(root, "dist"));
  const folder = await mkdtemp(join(directory, "policies-"));
  await installInto(folder);
  const path = [await analyzer(folder), environment["PATH"]].join(delimiter);
  const stack = await engine.stack({ PATH: path });
  return {
    stack,
    preview: async (program, config = {}, pack = shipped) => {
      const configFile = join(folder, "config.json");
      await writeFile(configFile, JSON.stringify(config));
      const policyPacks = [await runnable(pack, folder)];
      return ran(await stack.previewEvents(program, { policyPacks, policyPackConfigs: [configFile] }));
    },
  };
}

async function installInto(folder: string): Promise<void> {
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules", "pulumi-karpenter"));
  await symlink(join(root, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
}

const runtime = "sandbox";

/**
 * The newest language host that can be built does not start policies, while the engine starts those of other runtimes
 * by a plugin of their name. It does what the host would do.
 */
async function analyzer(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const file = join(bin, `pulumi-analyzer-policy-${runtime}`);
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${runner}" "$1" "$2"\n`);
  await chmod(file, 0o755);
  return bin;
}

/** The pack, said to be of that runtime, in a folder in which this package is installed. */
async function runnable(pack: string, folder: string): Promise<string> {
  const copy = join(folder, pack);
  await mkdir(copy, { recursive: true });
  await writeFile(join(copy, "PulumiPolicy.yaml"), `runtime: ${runtime}\nversion: 0.0.1\n`);
  await copyFile(join(root, pack, "package.json"), join(copy, "package.json"));
  const own = `require(${JSON.stringify(join(root, shipped))});\n`;
  await writeFile(join(copy, "index.js"), pack === shipped ? own : await readFile(join(root, pack, "index.js")));
  return copy;
}

function ran(events: readonly EngineEvent[]): Run {
  const reported = events.flatMap(({ policyEvent: event }) =>
    event === undefined
      ? []
      : [
          {
            rule: event.policyName,
            resource: event.resourceUrn?.split("::").at(-1) ?? "",
            level: event.enforcementLevel,
            message: event.message.trim(),
          },
        ],
  );
  const planned = events.flatMap(({ resourcePreEvent: event }) =>
    event?.metadata.new === undefined
      ? []
      : [[event.metadata.urn.split("::").at(-1) ?? "", event.metadata.new.inputs] as const],
  );
  return { reported, planned: Object.fromEntries(planned) };
}
