import assert from "node:assert/strict";
import { after, afterEach, before } from "mocha";
import { listingChanges } from "#sandbox/aws/listing/listing";
import { Operator } from "#sandbox/control-plane/operator";
import { type Inventory, inventory } from "#sandbox/demo/story";
import { describeCrash } from "#sandbox/processes/supervisor";
import { type Printed, type PulumiStack, pulumiStack, type StackConfig } from "#sandbox/pulumi";
import { type Sandbox, type SandboxOptions, startSandbox } from "#sandbox/sandbox";
import { eventually } from "#support/eventually";
import { ControllerLog } from "./controller-log";

/** For one scenario, on a machine that has other things to do. */
export const SCENARIO_MS = 5 * 60_000;
const WITHIN_MS = 2 * 60_000;

export interface WalkthroughOptions extends Pick<SandboxOptions, "clusterName" | "authenticationMode"> {
  /** What is there before anything of ours is: counts as what must be there afterwards, too. */
  readonly given?: (walkthrough: Walkthrough) => Promise<void>;
}

/**
 * For a `describe`: a cluster and an account of its own, empty of ours, in which every AWS call needs a policy that
 * allows it. Its scenarios build on each other: the first failure ends them, with the controller's last words.
 */
export function walkthrough({ given, ...options }: WalkthroughOptions = {}): Walkthrough {
  const world = new Walkthrough();
  before(async function () {
    this.timeout(SCENARIO_MS);
    await world.open(options);
    await given?.(world);
    await world.takeInventory();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    world.hasFailed = true;
    // eslint-disable-next-line no-console -- read by whoever looks into the failure
    console.error([`sandbox: ${world.sandbox.directory}`, ...(await world.log.end())].join("\n"));
    throw new Error("the scenarios that follow build on this one");
  });
  after(async function () {
    this.timeout(60_000);
    await world.close();
  });
  return world;
}

/** What the scenarios of a walk-through share. */
export class Walkthrough {
  #opened: Opened | undefined;
  #before: Inventory = {};
  hasFailed = false;

  get sandbox(): Sandbox {
    return this.#all.sandbox;
  }
  get cluster(): Operator {
    return this.#all.cluster;
  }
  get stack(): PulumiStack {
    return this.#all.stack;
  }
  get log(): ControllerLog {
    return this.#all.log;
  }

  get #all(): Opened {
    assert.ok(this.#opened, "the sandbox is up");
    return this.#opened;
  }

  async open(options: SandboxOptions & { readonly kubernetesOnly?: false }): Promise<void> {
    const sandbox = await startSandbox(options);
    try {
      await sandbox.aws.enforceIam();
      const { kubeconfig, directory } = sandbox;
      const stack = await pulumiStack(sandbox);
      this.#opened = { sandbox, stack, cluster: new Operator(kubeconfig), log: new ControllerLog(directory) };
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  async takeInventory(): Promise<void> {
    this.#before = await inventory(this.sandbox);
  }

  async close(): Promise<void> {
    // What failed is looked into where it happened.
    await (this.hasFailed ? this.#opened?.sandbox.stop() : this.#opened?.sandbox.discard());
  }

  /** `pulumi up` of the stack with this configuration in the sandbox's cluster. */
  async up(config: StackConfig): Promise<Printed> {
    const { clusterName, awsEndpoint } = this.sandbox;
    await this.stack.configure({ clusterName, env: { AWS_ENDPOINT_URL: awsEndpoint }, ...config });
    return this.stack.up();
  }

  /** Looks again and again until there is something true to see, and answers with it. A component that dies ends it. */
  async until<T>(what: string, look: () => Promise<T | undefined | false>, withinMs = WITHIN_MS): Promise<T> {
    const seen = async (): Promise<T | undefined | false> => {
      const crash = await Promise.race([this.sandbox.crashed, Promise.resolve(undefined)]);
      if (crash !== undefined) throw new Error(describeCrash(crash));
      return look();
    };
    return eventually(what, seen, withinMs);
  }

  /** Until a Deployment runs this many pods, all of them on nodes. */
  async untilRunning(app: string, count: number): Promise<void> {
    await this.until(`${count} pods of ${app} run`, async () => (await this.cluster.running(app)).length === count);
  }

  /** Until the one pod of a Deployment hears from us why it waits. */
  async untilTold(app: string, why: string): Promise<void> {
    await this.until(`the pod of ${app} hears of ${why}`, async () => {
      const [pod] = (await this.cluster.list("Pod")).filter(({ metadata }) => metadata.labels?.["app"] === app);
      const told = pod ? await this.cluster.told("Pod", pod.metadata.name, "FailedScheduling") : [];
      return told.some((message) => message.startsWith("Failed to schedule pod") && message.includes(why));
    });
  }

  /** Until no claim of a pool is left; without one, none at all. */
  async untilNoClaims(pool?: string): Promise<void> {
    const none = async (): Promise<boolean> => (await this.cluster.claims(pool)).length === 0;
    await this.until(`no claim of ${pool ?? "any pool"} is left`, none);
  }

  /** Account and cluster hold what they held before `up`; what pods leave behind may take a moment. */
  async assertNothingLeft(): Promise<void> {
    const changes = async (): Promise<readonly string[]> => listingChanges(this.#before, await inventory(this.sandbox));
    const nothing = async (): Promise<boolean> => (await changes()).length === 0;
    await this.until("nothing is left behind", nothing, 15_000).catch(async () => {
      assert.deepEqual(await changes(), [], "left behind, or missing");
    });
  }
}

interface Opened {
  readonly sandbox: Sandbox;
  readonly stack: PulumiStack;
  readonly cluster: Operator;
  readonly log: ControllerLog;
}
