import assert from "node:assert/strict";
import type { Kind, Kinds } from "#controller/api/kinds";
import { keyOf } from "#controller/api/kube-object";
import { settings } from "#controller/contract/settings";
import type { Context, Lookups } from "#controller/controllers/context";
import { lookupsOf } from "#controller/controllers/context";
import { KubeClient } from "#controller/kube/client";
import { ConflictError } from "#controller/ports/errors";
import type { Event } from "#controller/ports/events";
import type { Log, LogFields } from "#controller/ports/log";
import type { MetricLabels, Metrics } from "#controller/ports/metrics";
import type { Kube, New, ObjectName } from "#controller/ports/kube";
import type { Outcome, Reconciler } from "#controller/runtime/reconciler";
import { systemClock } from "#controller/runtime/system-clock";
import { systemRandom } from "#controller/runtime/system-random";
import { schedule } from "#controller/scheduling/schedule";
import { Intentions } from "#controller/state/intentions";
import { atEnd } from "./at-end";
import { adminConnection } from "./control-plane";
import { eventually } from "./eventually";
import { FakeClock } from "./fake-clock";
import { ScriptedCloud, ScriptedResolver } from "./scripted-cloud";
import { silentLog, silentMetrics } from "./silence";

interface Mirror {
  readonly kube: KubeClient;
  readonly lookups: Lookups;
}

let starting: Promise<Mirror> | undefined;

/** One mirror of the shared API server for all tests of controllers. */
async function start(): Promise<Mirror> {
  const connection = await adminConnection();
  const ports = { clock: systemClock, random: systemRandom, log: silentLog, metrics: silentMetrics };
  const kube = new KubeClient({ ...ports, connection });
  const lookups = lookupsOf(kube);
  const stop = new AbortController();
  const running = kube.run(stop.signal);
  atEnd(async () => {
    stop.abort();
    await running;
  });
  await kube.untilSynced(AbortSignal.timeout(60_000));
  return { kube, lookups };
}

/** A controller's surroundings: a real API server, a scripted cloud, a clock that the test moves, and open ears. */
export class ControllerWorld {
  readonly clock = new FakeClock(Date.now());
  readonly cloud = new ScriptedCloud(() => this.clock.now());
  readonly nodeClasses = new ScriptedResolver();
  readonly intentions = new Intentions();
  readonly events: Event[] = [];
  readonly logged: (LogFields & { readonly level: string; readonly message: string })[] = [];
  readonly counted: { readonly name: string; readonly labels: MetricLabels | undefined }[] = [];
  readonly kube: KubeClient;
  readonly context: Context;
  readonly #made: { readonly kind: Kind; readonly name: ObjectName }[] = [];

  private constructor({ kube, lookups }: Mirror) {
    this.kube = kube;
    const level = (name: string) => (message: string, fields?: LogFields) => {
      this.logged.push({ ...fields, level: name, message });
    };
    const log: Log = { debug: level("debug"), info: level("info"), error: level("error"), with: () => log };
    const metrics: Metrics = {
      ...silentMetrics,
      count: (name, labels) => {
        this.counted.push({ name, labels });
      },
    };
    this.context = {
      ...{ kube, lookups, log, metrics, cloud: this.cloud, clock: this.clock, nodeClasses: this.nodeClasses },
      intentions: this.intentions,
      planner: { plan: (problem) => Promise.resolve(schedule(problem)) },
      events: {
        publish: (event) => {
          this.events.push(event);
        },
      },
      settings: {
        ...{ clusterName: "test", batchIdleMs: 1_000, batchMaxMs: 10_000 },
        ...{ preferences: "Respect", minValues: "Strict", nodePrice: 0 },
        featureGates: settings.featureGates.parse(""),
        ...{
          schedulerConfig: settings.schedulerConfig.parse(""),
          ignoreDraRequests: true,
          defaultTerminationGracePeriod: "",
        },
      },
    };
  }

  /** The surroundings with these gates turned on or off, as in `NodeOverlay=true`. */
  withGates(gates: string): Context {
    return {
      ...this.context,
      settings: { ...this.context.settings, featureGates: settings.featureGates.parse(gates) },
    };
  }

  static async open(): Promise<ControllerWorld> {
    starting ??= start();
    return new ControllerWorld(await starting);
  }

  /** Creates an object, with its status if it has one; it goes again with `close`. */
  async create<K extends Kind>(kind: K, object: New<Kinds[K]> & { readonly status?: object }): Promise<Kinds[K]> {
    const created = await this.kube.create(kind, object);
    const { name, namespace } = created.metadata;
    this.#made.push({ kind, name: created.metadata });
    if (object.status !== undefined) {
      await this.kube.patchStatus(kind, created.metadata, { status: object.status });
    }
    return this.shown(kind, namespace === undefined ? { name } : { name, namespace });
  }

  /** The object as the API server has it, once the mirror shows just that. */
  async shown<K extends Kind>(kind: K, name: ObjectName): Promise<Kinds[K]> {
    const found = await this.found(kind, name);
    assert.ok(found, `${kind} ${name.name} is there`);
    return found;
  }

  /** The same; undefined when it is gone from both. */
  async found<K extends Kind>(kind: K, name: ObjectName): Promise<Kinds[K] | undefined> {
    const { name: bare, namespace } = name;
    const key = keyOf({ metadata: namespace === undefined ? { name: bare } : { name: bare, namespace } });
    return eventually(`the mirror shows ${kind} ${bare}`, async () => {
      const object = await this.kube.get(kind, name);
      const cached = this.kube.cached(kind).get(key);
      if (object?.metadata.resourceVersion !== cached?.metadata.resourceVersion) return undefined;
      return { object: cached };
    }).then(({ object }) => object);
  }

  /** Reconciles an object as it is now; again when somebody else wrote first, as the loop would. */
  async reconcile<K extends Kind>(reconciler: Reconciler<K>, name: ObjectName): Promise<Outcome> {
    const object = await this.shown(reconciler.kind, name);
    try {
      return await reconciler.reconcile(object, new AbortController().signal);
    } catch (error) {
      if (error instanceof ConflictError) return this.reconcile(reconciler, name);
      throw error;
    }
  }

  /** Reconciles again until nothing is written any more; fails when that never happens. */
  async settle<K extends Kind>(reconciler: Reconciler<K>, name: ObjectName): Promise<Kinds[K] | undefined> {
    for (let round = 0; round < 10; round++) {
      const before = await this.found(reconciler.kind, name);
      if (before === undefined) return undefined;
      await this.reconcile(reconciler, name);
      const now = await this.found(reconciler.kind, name);
      if (now?.metadata.resourceVersion === before.metadata.resourceVersion) return now;
    }
    throw new Error(`${reconciler.name} never stops writing ${reconciler.kind} ${name.name}`);
  }

  /** Reasons of the events published about an object. */
  reasonsAbout(name: string): readonly string[] {
    return this.events.filter(({ about }) => about.metadata.name === name).map(({ reason }) => reason);
  }

  /** Notes an object that something else created, so that it goes with `close`. */
  adopt(kind: Kind, name: ObjectName): void {
    this.#made.push({ kind, name });
  }

  /** Removes what the test made, whatever holds on to it. */
  async close(): Promise<void> {
    for (const { kind, name } of this.#made.reverse()) {
      await this.kube.delete(kind, name, kind === "Pod" ? { gracePeriodSeconds: 0 } : {});
      const left = kind === "Namespace" ? undefined : await this.kube.get(kind, name);
      if ((left?.metadata.finalizers ?? []).length > 0) {
        await this.kube.patch(kind, name, { metadata: { finalizers: null } }).catch(() => undefined);
      }
    }
    for (const { kind, name } of this.#made)
      if (kind !== "Namespace") {
        await eventually(`${kind} ${name.name} is gone`, async () => (await this.found(kind, name)) === undefined);
      }
  }
}

/** The same client, except for some of its methods. */
export const kubeExcept = (kube: Kube, changes: Partial<Kube>): Kube => ({
  cached: (kind) => kube.cached(kind),
  get: (kind, name) => kube.get(kind, name),
  list: (kind, options) => kube.list(kind, options),
  create: (kind, object) => kube.create(kind, object),
  patch: (kind, name, patch) => kube.patch(kind, name, patch),
  patchStatus: (kind, name, patch) => kube.patchStatus(kind, name, patch),
  delete: (kind, name, options) => kube.delete(kind, name, options),
  evict: (pod, uid) => kube.evict(pod, uid),
  ...changes,
});
