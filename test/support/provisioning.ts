import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { Labels, ResourceList, Taint } from "#controller/api/kube-object";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { isProvisionable } from "#controller/api/pod-state";
import type { Context } from "#controller/controllers/context";
import { batchWindow, podProvisioning } from "#controller/controllers/pod-provisioning";
import type { Outcome } from "#controller/runtime/reconciler";
import { instanceType, nodeClass, nodePool } from "./builders";
import { STARTING_MS } from "./control-plane";
import { ControllerWorld } from "./controller-world";
import { eventually } from "./eventually";
import { nextName } from "./names";
import type { DeepPartial } from "./merge";

const ready = { type: "Ready", status: "True", reason: "Ready", message: "", observedGeneration: 1 } as const;
const isReady = { conditions: [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }] };

/** For a `describe`: hands over, before each test, a pool with this taint, and machines of 4 and 8 cores for it. */
export function provisioningEach(key: string, begin: (provisioning: Provisioning) => void): void {
  let opened: Provisioning | undefined;
  before(async function () {
    this.timeout(STARTING_MS);
    await ControllerWorld.open();
  });
  beforeEach(async () => {
    const world = await ControllerWorld.open();
    world.cloud.types = [
      instanceType("m5.large", { cpu: 4, memoryGi: 16 }),
      instanceType("m5.xlarge", { cpu: 8, memoryGi: 32 }),
    ];
    opened = await Provisioning.open(world, { context: world.context, taint: { key, effect: "NoSchedule" } });
    begin(opened);
  });
  afterEach(() => opened?.close());
}

/** One ready pool, for pods that tolerate `taint` only, and the rounds of the provisioner over it. */
export class Provisioning {
  readonly world: ControllerWorld;
  readonly pool: NodePool;
  readonly #context: Context;
  readonly #taint: Taint;
  readonly window: ReturnType<typeof batchWindow>;
  readonly #singletons: ReturnType<typeof podProvisioning>;

  private constructor(world: ControllerWorld, pool: NodePool, { context, taint }: Surroundings) {
    this.world = world;
    this.pool = pool;
    this.#context = context;
    this.#taint = taint;
    this.window = batchWindow(context);
    this.#singletons = podProvisioning(context, this.window);
  }

  static async open(world: ControllerWorld, surroundings: Surroundings): Promise<Provisioning> {
    await world.create("EC2NodeClass", nodeClass({ status: isReady }));
    return new Provisioning(world, await newPool(world, surroundings.taint), surroundings);
  }

  /** The same pool, under a provisioner with other surroundings. */
  with(parts: Partial<Context>): Provisioning {
    return new Provisioning(this.world, this.pool, { context: { ...this.#context, ...parts }, taint: this.#taint });
  }

  /** Another process: it knows what the API server shows, and nothing of what was meant. */
  async restarted(): Promise<Provisioning> {
    const world = await ControllerWorld.open();
    world.cloud.types = this.world.cloud.types;
    return new Provisioning(world, this.pool, { context: world.context, taint: this.#taint });
  }

  /** One more ready pool for the same pods. */
  anotherPool(...overrides: readonly DeepPartial<NodePool>[]): Promise<NodePool> {
    return newPool(this.world, this.#taint, ...overrides);
  }

  /** Limits the pool, which is ready at its new generation. */
  async limit(limits: ResourceList): Promise<void> {
    const { kube } = this.world;
    await kube.patch("NodePool", this.pool.metadata, { spec: { limits } });
    const { metadata } = await this.world.shown("NodePool", this.pool.metadata);
    const conditions = [{ ...isReady.conditions[0], observedGeneration: metadata.generation }];
    await kube.patchStatus("NodePool", metadata, { status: { conditions } });
    await this.world.shown("NodePool", metadata);
  }

  /** The claim's machine is there, its node not yet. */
  async launched(claim: NodeClaim): Promise<void> {
    const { metadata } = claim;
    const { providerId: providerID, capacity, allocatable } = await this.world.cloud.create(claim);
    const conditions = [{ ...isReady.conditions[0], type: "Launched", reason: "Launched" }];
    await this.world.kube.patchStatus("NodeClaim", metadata, {
      status: { providerID, capacity, allocatable, conditions },
    });
    await this.world.shown("NodeClaim", metadata);
  }

  get context(): Context {
    return this.#context;
  }

  /** Tolerates the pool's taint. */
  get tolerations(): readonly [{ readonly key: string; readonly operator: "Exists" }] {
    return [{ key: this.#taint.key, operator: "Exists" }];
  }

  /** A pod that the real scheduler found no node for. */
  async pending(requests: ResourceList, spec: Partial<Pod["spec"]> = {}, own: Labels = {}): Promise<Pod> {
    const name = `${nextName("waiting")}-${this.#taint.key.split("/")[1] ?? ""}`;
    // Kubernetes wants an extended resource to be limited as it is requested.
    const limits = Object.fromEntries(Object.entries(requests).filter(([resource]) => resource.includes("/")));
    await this.world.create("Pod", {
      metadata: { name, namespace: "default", labels: own },
      spec: {
        tolerations: this.tolerations,
        ...spec,
        containers: [{ name: "main", image: "none", resources: { requests, limits } }],
      },
    });
    return eventually("the scheduler gives up on the pod", () => {
      const seen = this.world.kube.cached("Pod").get(`default/${name}`);
      return seen !== undefined && isProvisionable(seen) && seen;
    });
  }

  /** What waits now, and what was triggered, is collected, planned, and claims made. */
  async round(): Promise<Outcome> {
    await this.trigger();
    return this.pass();
  }

  /** Looks for what waits. */
  async trigger(): Promise<void> {
    const [trigger] = this.#singletons;
    assert.ok(trigger);
    await trigger.run(new AbortController().signal);
  }

  /** What was triggered is collected, planned, and claims made. */
  async pass(): Promise<Outcome> {
    const [, provisioner] = this.#singletons;
    assert.ok(provisioner);
    const pass = provisioner.run(new AbortController().signal);
    await this.world.clock.advance(1_000);
    const outcome = await pass;
    for (const { metadata } of await this.claims()) await this.world.shown("NodeClaim", metadata);
    return outcome;
  }

  async claims(): Promise<readonly NodeClaim[]> {
    const all = await this.world.kube.list("NodeClaim");
    return all.filter(({ metadata }) => metadata.labels?.[labels.nodePool] === this.pool.metadata.name);
  }

  async close(): Promise<void> {
    for (const { metadata } of await this.claims()) this.world.adopt("NodeClaim", metadata);
    await this.world.close();
  }
}

interface Surroundings {
  readonly context: Context;
  /** Keeps pods of other tests away. */
  readonly taint: Taint;
}

const newPool = (
  world: ControllerWorld,
  taint: Taint,
  ...overrides: readonly DeepPartial<NodePool>[]
): Promise<NodePool> =>
  world.create(
    "NodePool",
    nodePool({ spec: { template: { spec: { taints: [taint] } } }, status: isReady }, ...overrides),
  );
