import { mkdir, mkdtemp, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import {
  CommandError,
  type EngineEvent,
  LocalWorkspace,
  type PreviewOptions,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";

const projectName = "plugin-test";

export interface Surroundings {
  /** Where the CLI, programs and state are. */
  readonly directory: string;
  /** Of the CLI and the plugins; its backend is expected in `<directory>/pulumi-state`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the CLI. */
  readonly pulumi: string;
}

/** How many resources were, or would be, created, updated, replaced… */
export type Counts = Readonly<Record<string, number>>;

/** The real Pulumi engine with the sandbox's plugins. A run of it takes seconds: let each serve several tests. */
export class Engine {
  readonly #surroundings: Surroundings;
  readonly #command: PulumiCommand;
  #stacks = 0;

  private constructor(surroundings: Surroundings, command: PulumiCommand) {
    this.#surroundings = surroundings;
    this.#command = command;
  }

  static async in(surroundings: Surroundings): Promise<Engine> {
    const root = await mkdtemp(join(surroundings.directory, "engine-"));
    await mkdir(join(root, "bin"));
    await symlink(surroundings.pulumi, join(root, "bin", "pulumi"));
    return new Engine(surroundings, await PulumiCommand.get({ root, skipVersionCheck: true }));
  }

  /** A stack of its own, with nothing in it. `environment` is laid over the engine's. */
  async stack(environment: Readonly<Record<string, string>> = {}): Promise<TestStack> {
    this.#stacks += 1;
    const { directory, environment: common } = this.#surroundings;
    const workDir = await mkdtemp(join(directory, "program-"));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: `test-${this.#stacks}-${process.pid}`, projectName, program: () => Promise.resolve() },
      { workDir, pulumiCommand: this.#command, envVars: { ...common, ...environment } },
    );
    return new TestStack(stack, directory);
  }
}

export class TestStack {
  readonly #stack: Stack;
  readonly #directory: string;
  /** Of the latest `up`. */
  outputs: Readonly<Record<string, unknown>> = {};

  constructor(stack: Stack, directory: string) {
    this.#stack = stack;
    this.#directory = directory;
  }

  /** What changed; what stayed the same is counted too. */
  async up(program: PulumiFn): Promise<Counts> {
    const { outputs, summary } = await this.#stack.up({ program });
    this.outputs = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
    return summary.resourceChanges ?? {};
  }

  /** An output of the latest `up`, as text. */
  output(name: string): string {
    return String(this.outputs[name]);
  }

  /** The message with which `up` fails. */
  failure(program: PulumiFn): Promise<string> {
    return messageOf(this.#stack.up({ program }));
  }

  async preview(program: PulumiFn): Promise<Counts> {
    const { changeSummary } = await this.#stack.preview({ program });
    return changeSummary;
  }

  /** Everything that the engine says in a preview, whether that ends well or not. */
  async previewEvents(program: PulumiFn, options: PreviewOptions = {}): Promise<readonly EngineEvent[]> {
    const events: EngineEvent[] = [];
    await this.#stack
      .preview({ ...options, program, onEvent: (event) => events.push(event) })
      .catch((error: unknown) => {
        // A preview in which a policy is violated is a command that failed.
        const isForPolicies = events.some(({ policyEvent }) => policyEvent?.enforcementLevel === "mandatory");
        if (!(error instanceof CommandError && isForPolicies)) throw error;
      });
    return events;
  }

  /** The message with which a preview fails. */
  previewFailure(program: PulumiFn): Promise<string> {
    return messageOf(this.#stack.preview({ program }));
  }

  async refresh(): Promise<Counts> {
    const { summary } = await this.#stack.refresh();
    return summary.resourceChanges ?? {};
  }

  /** What the engine says while it destroys, without the program. */
  async destroy(): Promise<string> {
    return (await this.#stack.destroy()).stdout;
  }

  destroyFailure(): Promise<string> {
    return messageOf(this.#stack.destroy());
  }

  /** Laid over the environment of what follows. */
  environment(variables: Readonly<Record<string, string>>): void {
    this.#stack.workspace.envVars = { ...this.#stack.workspace.envVars, ...variables };
  }

  /** The state as it is stored, secrets encrypted. */
  state(): Promise<string> {
    const stacks = join(this.#directory, "pulumi-state", ".pulumi", "stacks", projectName);
    return readFile(join(stacks, `${this.#stack.name}.json`), "utf8");
  }
}

async function messageOf(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error("it succeeded, but was expected to fail");
}
