import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse, stringify } from "yaml";
import type { Sandbox } from "./sandbox";

/** Configuration of a stack: keys without the project's name. */
export type StackConfig = Readonly<Record<string, unknown>>;

export interface StackOptions {
  /** Where Pulumi.yaml is. @default this repository */
  readonly project?: string;
  /** @default "dev" */
  readonly stack?: string;
  /** Told every line that the CLI prints. @default nobody */
  readonly onLine?: (line: string) => void;
}

/** What the CLI printed, when it ended well. */
export type Printed = readonly string[];

/**
 * A stack of a Pulumi project, in the sandbox's own backend, run by the CLI as a user would. Every command throws, with
 * what the CLI printed, when it does not end well.
 */
export interface PulumiStack {
  /** Takes the place of the configuration that was there. */
  configure(config: StackConfig): Promise<void>;
  preview(...flags: readonly string[]): Promise<Printed>;
  up(...flags: readonly string[]): Promise<Printed>;
  refresh(...flags: readonly string[]): Promise<Printed>;
  destroy(...flags: readonly string[]): Promise<Printed>;
  /** Any other command of the CLI. */
  run(args: readonly string[]): Promise<Printed>;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
}

export async function pulumiStack(
  sandbox: Pick<Sandbox, "directory" | "environment" | "supervisor">,
  options: StackOptions = {},
): Promise<PulumiStack> {
  const { project = join(__dirname, ".."), stack = "dev", onLine } = options;
  const { name } = parse(await readFile(join(project, "Pulumi.yaml"), "utf8")) as { name: string };
  const folder = join(sandbox.directory, "pulumi-config");
  for (const each of [folder, temporaryFolder(sandbox)]) await mkdir(each, { recursive: true });
  // Kept with the sandbox's state, so that sandboxes share a project without sharing its configuration.
  const configFile = join(folder, `Pulumi.${stack}.yaml`);
  const invoke = (args: readonly string[]): Promise<Printed> => runCli(args, { cwd: project, sandbox, onLine });
  const onStack = (args: readonly string[]): Promise<Printed> => invoke([...args, "--stack", stack]);
  const operation =
    (command: string, ...own: readonly string[]) =>
    (...flags: readonly string[]): Promise<Printed> =>
      onStack([command, "--config-file", configFile, ...own, ...flags]);

  await invoke(["stack", "select", "--create", stack]);
  return {
    configure: (config) => writeConfig(configFile, name, config),
    preview: operation("preview"),
    up: operation("up", "--yes", "--skip-preview"),
    refresh: operation("refresh", "--yes", "--skip-preview"),
    destroy: operation("destroy", "--yes", "--skip-preview"),
    run: onStack,
    outputs: async () => {
      const printed = await onStack(["stack", "output", "--json", "--show-secrets"]);
      return JSON.parse(printed.join("\n")) as Readonly<Record<string, unknown>>;
    },
  };
}

/** Of the CLI and its plugins, which leave things there when they are killed. */
const temporaryFolder = ({ directory }: Pick<Sandbox, "directory">): string => join(directory, "tmp");

/** Keeps what Pulumi wrote there itself, such as the salt of its secrets. */
async function writeConfig(file: string, project: string, config: StackConfig): Promise<void> {
  const before = await readFile(file, "utf8").catch(() => "");
  const rest = (parse(before) ?? {}) as object;
  const named = Object.fromEntries(Object.entries(config).map(([key, value]) => [`${project}:${key}`, value]));
  await writeFile(file, stringify({ ...rest, config: named }));
}

interface Surroundings {
  readonly cwd: string;
  readonly sandbox: Pick<Sandbox, "directory" | "environment" | "supervisor">;
  readonly onLine: ((line: string) => void) | undefined;
}

async function runCli(args: readonly string[], { cwd, sandbox, onLine }: Surroundings): Promise<Printed> {
  const env = { ...process.env, ...sandbox.environment, TMPDIR: temporaryFolder(sandbox) };
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    cwd,
    env,
    // A group of its own, so that it ends with the sandbox and with nothing else.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const release = child.pid === undefined ? undefined : sandbox.supervisor.adopt(child.pid);
  const lines: string[] = [];
  const errors: string[] = [];
  const collect = (line: string, into: string[]): void => {
    into.push(line);
    onLine?.(line);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    collect(line, lines);
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    collect(line, errors);
  });
  const [code] = (await once(child, "close")) as [number | null];
  release?.();
  if (code === 0) return lines;
  throw new Error([`pulumi ${args[0] ?? ""} failed (${code ?? "killed"})`, ...lines, ...errors].join("\n"));
}
