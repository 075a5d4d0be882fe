import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { KubeApi } from "../control-plane/kube-api";
import { type Log, oneLine } from "../processes/component-log";
import type { Exit, Supervisor } from "../processes/supervisor";
import { ContainerRun, type Launched } from "./container-run";
import { environmentOf } from "./environment";
import { expand, relocate } from "./expansion";
import { awsIdentity, type AwsPlace, type Identity, kubernetesIdentity, serviceAccountMount } from "./identity";
import { Objects } from "./objects";
import type { Container, Place, Pod } from "./pod";
import { type PodReport, podStatus } from "./pod-status";
import { Tokens } from "./tokens";
import { fillVolume } from "./volumes";

export interface RunningPodOptions {
  readonly api: KubeApi;
  readonly supervisor: Supervisor;
  readonly aws: AwsPlace;
  /** Of this pod alone; removed with it. */
  readonly folder: string;
  readonly place: Place;
  readonly log: Log;
}

const DEFAULT_GRACE_SECONDS = 30;

/** A pod as processes of this machine: its containers in order, its files in a folder of its own. */
export class RunningPod {
  readonly pod: Pod;
  readonly #options: RunningPodOptions;
  readonly #objects: Objects;
  readonly #tokens: Tokens;
  readonly #startedAt = new Date();
  readonly #initContainers: readonly ContainerRun[];
  readonly #containers: readonly ContainerRun[];
  readonly #conditions = new Map<string, { readonly status: string; readonly since: string }>();
  #initialized = false;
  #identity: Readonly<Record<string, string>> = {};
  /** The status differs from what was written last. */
  #unwritten = true;
  #stopped: Promise<void> | undefined;

  constructor(pod: Pod, options: RunningPodOptions) {
    this.pod = pod;
    this.#options = options;
    this.#objects = new Objects(options.api, pod.metadata.namespace);
    this.#tokens = new Tokens(options.api, pod);
    const policy = pod.spec.restartPolicy ?? "Always";
    const initPolicy = policy === "Never" ? "Never" : "OnFailure";
    this.#initContainers = (pod.spec.initContainers ?? []).map((container) => this.#runOf(container, initPolicy));
    this.#containers = pod.spec.containers.map((container) => this.#runOf(container, policy));
  }

  /**
   * Fills the volumes and starts the containers. Throws, to be called again, when something the spec names is missing.
   */
  async start(): Promise<void> {
    const { folder, place, api, aws } = this.#options;
    await mkdir(join(folder, "home"), { recursive: true });
    const sources = { pod: this.pod, place, objects: this.#objects, tokens: this.#tokens };
    for (const volume of this.pod.spec.volumes ?? []) await fillVolume(volume, this.#volume(volume.name), sources);
    const identity: Identity = { api, pod: this.pod, folder, tokens: this.#tokens, aws };
    this.#identity = {
      ...(await awsIdentity(identity)),
      ...(await kubernetesIdentity(identity, this.#places(this.pod.spec.containers[0]).get(serviceAccountMount))),
    };
    void this.#live();
  }

  /** Writes the status if it changed, and renews tokens that are due. */
  async refresh(): Promise<void> {
    await this.#tokens.refresh();
    if (!this.#unwritten || this.#stopped) return;
    this.#unwritten = false;
    const { name, namespace } = this.pod.metadata;
    try {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
      await this.#options.api.patch(path, { status: podStatus(this.#report(), this.#since) });
    } catch (error) {
      this.#unwritten = true;
      throw error;
    }
  }

  /** Ends the containers, politely first, and removes the pod's files. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #live(): Promise<void> {
    for (const container of this.#initContainers) await container.run();
    if (this.#stopped) return;
    this.#initialized = true;
    await Promise.all(this.#containers.map((container) => container.run()));
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#initContainers, ...this.#containers].map((container) => container.stop()));
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  #report(): PodReport {
    const { pod } = this;
    const { place } = this.#options;
    return {
      pod,
      place,
      startedAt: this.#startedAt,
      initialized: this.#initialized,
      initContainers: this.#initContainers,
      containers: this.#containers,
    };
  }

  /** Since when a condition is as it is. */
  readonly #since = (type: string, status: string): string => {
    const known = this.#conditions.get(type);
    if (known?.status === status) return known.since;
    const since = new Date().toISOString();
    this.#conditions.set(type, { status, since });
    return since;
  };

  #runOf(container: Container, restartPolicy: "Always" | "OnFailure" | "Never"): ContainerRun {
    return new ContainerRun({
      container,
      restartPolicy,
      launch: (onExit) => this.#launch(container, onExit),
      changed: () => {
        this.#unwritten = true;
      },
      log: this.#options.log,
    });
  }

  async #launch(container: Container, onExit: (exit: Exit) => void): Promise<Launched> {
    const { supervisor, folder, place } = this.#options;
    const places = this.#places(container);
    const variables = await environmentOf({ pod: this.pod, container, place, objects: this.#objects });
    const own = Object.fromEntries([...variables].map(([key, value]) => [key, relocate(value, places)]));
    const env = { ...this.#base(places), ...this.#identity, ...own };
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    const [command, ...args] = words.map((word) => relocate(expand(word, variables), places));
    if (command === undefined) throw new Error(`container ${container.name} has no command, and its image is not run`);
    const cwd = container.workingDir === undefined ? join(folder, "home") : relocate(container.workingDir, places);
    const process = await supervisor.start({
      name: this.#logName(container),
      command,
      args,
      env,
      cwd,
      ready: () => Promise.resolve(true),
      readyWithinMs: 1_000,
      graceMs: (this.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000,
      onExit,
    });
    return { process, target: { container, podIp: place.podIp, env, cwd } };
  }

  /** What an image of Node brings along. Nothing of this process's own environment: it is the operator's. */
  #base(places: ReadonlyMap<string, string>): Record<string, string> {
    const node = dirname(process.execPath);
    const home = join(this.#options.folder, "home");
    return {
      PATH: `${node}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      TMPDIR: places.get("/tmp") ?? home,
      HOSTNAME: this.pod.metadata.name,
    };
  }

  /** Where each of the container's mount paths really is. */
  #places(container: Container | undefined): Map<string, string> {
    const mounts = container?.volumeMounts ?? [];
    return new Map(
      mounts.map(({ name, mountPath, subPath = "" }) => [
        mountPath.replace(/\/$/, ""),
        join(this.#volume(name), subPath),
      ]),
    );
  }

  #volume(name: string): string {
    return join(this.#options.folder, "volumes", name);
  }

  /** One log for a pod of one container, as most are. */
  #logName({ name }: Container): string {
    const alone = this.pod.spec.containers.length === 1 && this.pod.spec.containers[0]?.name === name;
    return alone ? `pod-${this.pod.metadata.name}` : `pod-${this.pod.metadata.name}-${name}`;
  }
}

/** Why a pod does not start, for its log. */
export const whyNotStarted = (pod: Pod, error: unknown): string =>
  `${pod.metadata.namespace}/${pod.metadata.name} does not start yet: ${oneLine(error)}`;
