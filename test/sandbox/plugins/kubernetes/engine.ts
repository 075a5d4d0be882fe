import { mkdir, mkdtemp, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from "@kubernetes/client-node";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { type KubernetesSandbox, startSandbox } from "#sandbox/sandbox";

const projectName = "kubernetes-plugin";

/** The real Pulumi engine on a real API server. */
export class Engine {
  readonly sandbox: KubernetesSandbox;
  readonly #pulumi: PulumiCommand;
  /** Looks at the cluster past Pulumi. */
  readonly #cluster: KubernetesObjectApi;
  #stacks = 0;

  private constructor(sandbox: KubernetesSandbox, pulumi: PulumiCommand) {
    this.sandbox = sandbox;
    this.#pulumi = pulumi;
    const config = new KubeConfig();
    config.loadFromFile(sandbox.kubeconfig);
    this.#cluster = KubernetesObjectApi.makeApiClient(config);
  }

  static async start(): Promise<Engine> {
    const sandbox = await startSandbox({ kubernetesOnly: true });
    const root = join(sandbox.directory, "pulumi");
    await mkdir(join(root, "bin"), { recursive: true });
    await symlink(sandbox.engines.binaries.pulumi, join(root, "bin", "pulumi"));
    return new Engine(sandbox, await PulumiCommand.get({ root, skipVersionCheck: true }));
  }

  async stop(): Promise<void> {
    await this.sandbox.discard();
  }

  /** A stack of its own, with nothing in it. `environment` is laid over the sandbox's. */
  async stack(environment: Readonly<Record<string, string>> = {}): Promise<TestStack> {
    this.#stacks += 1;
    const workDir = await mkdtemp(join(this.sandbox.directory, "program-"));
    const stackName = `test-${this.#stacks}`;
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName, program: () => Promise.resolve() },
      { workDir, pulumiCommand: this.#pulumi, envVars: { ...this.sandbox.environment, ...environment } },
    );
    return new TestStack(stack);
  }

  /** The state as it is stored, secrets encrypted. */
  stateOf({ name }: TestStack): Promise<string> {
    return readFile(
      join(this.sandbox.directory, "pulumi-state", ".pulumi", "stacks", projectName, `${name}.json`),
      "utf8",
    );
  }

  /** `undefined` when it is not there. */
  async find(object: Target): Promise<Live | undefined> {
    try {
      // The client makes instances of its classes; plain objects compare better.
      return JSON.parse(JSON.stringify(await this.#cluster.read(object))) as Live;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async get(object: Target): Promise<Live> {
    const found = await this.find(object);
    if (!found) throw new Error(`no ${object.kind} ${object.metadata.name}`);
    return found;
  }

  async create(object: Target & Readonly<Record<string, unknown>>): Promise<void> {
    await this.#cluster.create(object);
  }

  /** As `kubectl patch --type merge` would. */
  async patch(object: Target & Readonly<Record<string, unknown>>): Promise<void> {
    await this.#cluster.patch(object, undefined, undefined, "somebody-else", undefined, "application/merge-patch+json");
  }

  async delete(object: Target): Promise<void> {
    await this.#cluster.delete(object);
  }
}

/** An object of the cluster, as far as needed to find it. */
export interface Target {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
}

export type Live = Required<Pick<KubernetesObject, "metadata">> & Readonly<Record<string, unknown>>;

const isGone = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === 404;

export class TestStack {
  readonly #stack: Stack;
  readonly name: string;

  constructor(stack: Stack) {
    this.name = stack.name;
    this.#stack = stack;
  }

  /** Returns the program's outputs. */
  async up(program: PulumiFn): Promise<Readonly<Record<string, unknown>>> {
    const { outputs } = await this.#stack.up({ program });
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
  }

  /** The message with which `up` fails. */
  failure(program: PulumiFn): Promise<string> {
    return messageOf(this.#stack.up({ program }));
  }

  /** How many resources would be created, updated, replaced… */
  async preview(program: PulumiFn): Promise<Readonly<Record<string, number>>> {
    const { changeSummary } = await this.#stack.preview({ program });
    return changeSummary;
  }

  previewFailure(program: PulumiFn): Promise<string> {
    return messageOf(this.#stack.preview({ program }));
  }

  async refresh(): Promise<Readonly<Record<string, number>>> {
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
