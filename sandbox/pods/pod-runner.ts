import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { KubeApi } from "../control-plane/kube-api";
import { nodePrefix } from "../fargate/fargate-node";
import { groupNodePrefix } from "../nodes/group-node";
import { type Log, oneLine } from "../processes/component-log";
import { type Repeating, repeat } from "../processes/repeat";
import type { Supervisor } from "../processes/supervisor";
import type { AwsPlace } from "./identity";
import type { Pod } from "./pod";
import { RunningPod, whyNotStarted } from "./running-pod";

export interface PodRunnerOptions {
  /** As an administrator; pods get their own identity. */
  readonly api: KubeApi;
  /** Runs the processes, so that they end with the sandbox. */
  readonly supervisor: Supervisor;
  readonly aws: AwsPlace;
  /** Of the sandbox; pods' files go to `<directory>/pods`. */
  readonly directory: string;
  readonly log: Log;
}

const POLL_MS = 300;

/**
 * Plays the kubelets of Fargate nodes and of node groups: runs their pods' containers as processes of this machine, as
 * their specs say, and keeps their statuses. Images are not run: what a command needs must be on this machine, as Node
 * is.
 */
export function startPodRunner(options: PodRunnerOptions): Repeating {
  const runner = new PodRunner(options);
  const look = repeat(
    POLL_MS,
    () => runner.look(),
    (error) => {
      options.log(`will look again: ${oneLine(error)}`);
    },
  );
  return {
    stop: async () => {
      await look.stop();
      await runner.stop();
    },
  };
}

interface Tenancy {
  readonly running: RunningPod;
  started: boolean;
  ending: boolean;
}

class PodRunner {
  readonly #options: PodRunnerOptions;
  /** By uid. */
  readonly #tenancies = new Map<string, Tenancy>();

  constructor(options: PodRunnerOptions) {
    this.#options = options;
  }

  async look(): Promise<void> {
    const pods = await this.#options.api.list<Pod>("/api/v1/pods");
    const ours = pods.filter(({ spec }) => runsProcesses(spec.nodeName ?? ""));
    const present = new Set(ours.map(({ metadata }) => metadata.uid));
    // Deleted without grace: the object is gone already.
    for (const [uid, tenancy] of this.#tenancies) if (!present.has(uid)) this.#end(uid, tenancy);
    for (const pod of ours) await this.#see(pod);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#tenancies.values()].map(({ running }) => running.stop()));
  }

  /** One pod's trouble is not another's. */
  async #see(pod: Pod): Promise<void> {
    const { uid, deletionTimestamp } = pod.metadata;
    const tenancy = this.#tenancies.get(uid);
    try {
      if (deletionTimestamp !== undefined) await this.#seeDeleted(pod, tenancy);
      else if (tenancy === undefined) await this.#admit(pod);
      else await this.#keep(tenancy);
    } catch (error) {
      this.#options.log(whyNotStarted(pod, error));
    }
  }

  async #admit(pod: Pod): Promise<void> {
    const { phase } = pod.status ?? {};
    if (phase === "Succeeded" || phase === "Failed") return;
    const { directory, ...options } = this.#options;
    const folder = join(directory, "pods", pod.metadata.uid);
    // Every pod has an address of its own on the loopback network, so that two pods can listen on the same port.
    const podIp = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(2, 255)}`;
    const place = { podIp, hostIp: hostIp(pod.spec.nodeName ?? "") };
    const running = new RunningPod(pod, { ...options, folder, place });
    const tenancy = { running, started: false, ending: false };
    this.#tenancies.set(pod.metadata.uid, tenancy);
    await this.#keep(tenancy);
  }

  async #keep(tenancy: Tenancy): Promise<void> {
    if (!tenancy.started) await tenancy.running.start();
    tenancy.started = true;
    await tenancy.running.refresh();
  }

  async #seeDeleted({ metadata }: Pod, tenancy: Tenancy | undefined): Promise<void> {
    if (tenancy === undefined) await this.#remove(metadata);
    else this.#end(metadata.uid, tenancy, () => this.#remove(metadata));
  }

  /**
   * Beside the rounds: a pod may take its grace period. Forgotten once it is over, so that a failed removal is tried
   * again.
   */
  #end(uid: string, tenancy: Tenancy, then: () => Promise<void> = () => Promise.resolve()): void {
    if (tenancy.ending) return;
    tenancy.ending = true;
    void tenancy.running
      .stop()
      .then(then)
      .catch((error: unknown) => {
        this.#options.log(`will end ${uid} again: ${oneLine(error)}`);
      })
      .finally(() => this.#tenancies.delete(uid));
  }

  /** The kubelet's last word: now the object may go. */
  #remove({ namespace, name, uid }: Pod["metadata"]): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    return this.#options.api.delete(path, { gracePeriodSeconds: 0, uid });
  }
}

/** Pods on machines of pools are kept by kwok, which runs nothing. */
const runsProcesses = (node: string): boolean => node.startsWith(nodePrefix) || node.startsWith(groupNodePrefix);

/** `fargate-ip-10-0-100-7.ec2.internal` is at 10.0.100.7. */
const hostIp = (node: string): string => /ip-([\d-]+)/.exec(node)?.[1]?.replaceAll("-", ".") ?? "";
