import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import type { ResourceList, Taint } from "#controller/api/kube-object";
import type { NodeClaim } from "#controller/api/node-claim";
import type { NodePool } from "#controller/api/node-pool";
import type { Pod } from "#controller/api/pod";
import { isProvisionable } from "#controller/api/pod-state";
import type { Context } from "#controller/controllers/context";
import { batchWindow, podProvisioning } from "#controller/controllers/pod-provisioning";
import { nodeClass, nodePool } from "./builders";
import type { ControllerWorld } from "./controller-world";
import { eventually } from "./eventually";
import { nextName } from "./names";

const ready = { type: "Ready", status: "True", reason: "Ready", message: "", observedGeneration: 1 } as const;
const isReady = { conditions: [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }] };

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
    const template = { spec: { taints: [surroundings.taint] } };
    const pool = await world.create("NodePool", nodePool({ spec: { template }, status: isReady }));
    return new Provisioning(world, pool, surroundings);
  }

  get context(): Context {
    return this.#context;
  }

  /** Tolerates the pool's taint. */
  get tolerations(): readonly [{ readonly key: string; readonly operator: "Exists" }] {
    return [{ key: this.#taint.key, operator: "Exists" }];
  }

  /** A pod that the real scheduler found no node for. */
  async pending(requests: ResourceList): Promise<Pod> {
    const name = `${nextName("waiting")}-${this.#taint.key.split("/")[1] ?? ""}`;
    // Kubernetes wants an extended resource to be limited as it is requested.
    const limits = Object.fromEntries(Object.entries(requests).filter(([resource]) => resource.includes("/")));
    await this.world.create("Pod", {
      metadata: { name, namespace: "default" },
      spec: {
        tolerations: this.tolerations,
        containers: [{ name: "main", image: "none", resources: { requests, limits } }],
      },
    });
    return eventually("the scheduler gives up on the pod", () => {
      const seen = this.world.kube.cached("Pod").get(`default/${name}`);
      return seen !== undefined && isProvisionable(seen) && seen;
    });
  }

  /** What waits now, and what was triggered, is collected, planned, and claims made. */
  async round(): Promise<void> {
    const [trigger, provisioner] = this.#singletons;
    assert.ok(trigger && provisioner);
    const { signal } = new AbortController();
    await trigger.run(signal);
    const round = provisioner.run(signal);
    await this.world.clock.advance(1_000);
    await round;
    for (const { metadata } of await this.claims()) await this.world.shown("NodeClaim", metadata);
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
