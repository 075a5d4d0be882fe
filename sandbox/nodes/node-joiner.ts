import { setTimeout as sleep } from "node:timers/promises";
import type { Instance } from "@aws-sdk/client-ec2";
import type { Clients } from "../aws/clients";
import { required } from "../aws/required";
import { isKubeError, type KubeApi, type Meta } from "../control-plane/kube-api";
import { type Log, oneLine } from "../processes/component-log";
import { type Repeating, repeat } from "../processes/repeat";
import { type Doors, refusal } from "./admission";
import { refusedLabels } from "./allowed-labels";
import type { BootInstructions } from "./boot-instructions";
import { diskBytesOf, Facts, listInstances, userDataOf } from "./machines";
import { nodeNameOf, nodeObject, uninitialized } from "./node-object";
import { devicesOf } from "./resources";
import { readUserData } from "./user-data";

export interface NodeJoinerOptions {
  readonly clients: Clients;
  /** As an administrator. */
  readonly api: KubeApi;
  /** Of every cluster of the account, "1.34". */
  readonly kubernetesVersion: string;
  readonly log: Log;
  /** From the instance running to its node registering. @default 1000 */
  readonly joinAfterMs?: number;
}

const POLL_MS = 500;
/** From registering to the device plugins having reported and the cloud's controller having looked. */
const SETTLE_MS = 500;

/**
 * Plays EC2 machines and their kubelets: a running instance whose user data names a cluster of the account, all of
 * which are the one API server, and whose role that cluster admits, registers the node that its user data asks for,
 * once. When its instance is terminated the node goes.
 */
export function startNodeJoiner(options: NodeJoinerOptions): Repeating {
  const joiner = new NodeJoiner(options);
  return repeat(
    POLL_MS,
    () => joiner.look(),
    (error) => {
      options.log(`will look again: ${oneLine(error)}`);
    },
  );
}

class NodeJoiner {
  readonly #options: NodeJoinerOptions;
  readonly #facts: Facts;
  /** Instances that joined or are about to; a kubelet registers once. */
  readonly #begun = new Set<string>();
  readonly #refusals = new Map<string, string>();
  /** Terminated instances that were seen to. */
  readonly #gone = new Set<string>();

  constructor(options: NodeJoinerOptions) {
    this.#options = options;
    this.#facts = new Facts(options.clients.ec2);
  }

  async look(): Promise<void> {
    const instances = await listInstances(this.#options.clients.ec2);
    this.#beginJoins(instances);
    await Promise.all(this.#departed(instances));
  }

  /** Joins run on beside the rounds, each at its own pace. */
  #beginJoins(instances: readonly Instance[]): void {
    const { log } = this.#options;
    for (const instance of instances) {
      const id = instance.InstanceId ?? "";
      if (instance.State?.Name !== "running" || this.#begun.has(id)) continue;
      this.#begun.add(id);
      void this.#join(instance, id).catch((error: unknown) => {
        log(`${id} will try again to join: ${oneLine(error)}`);
        this.#begun.delete(id);
      });
    }
  }

  async #join(instance: Instance, id: string): Promise<void> {
    const boot = this.#bootInstructions(await userDataOf(this.#options.clients.ec2, id));
    const why = typeof boot === "string" ? boot : await this.#refusal(instance, boot);
    if (typeof boot === "string" || why !== undefined) {
      this.#refuse(id, why ?? "");
      return;
    }
    await sleep(this.#options.joinAfterMs ?? 1_000, undefined, { ref: false });
    await this.#register(instance, boot);
  }

  #bootInstructions(userData: string): BootInstructions | string {
    try {
      return readUserData(userData) ?? "its user data starts no kubelet";
    } catch (error) {
      return `its user data cannot be read: ${oneLine(error)}`;
    }
  }

  async #refusal({ IamInstanceProfile }: Instance, boot: BootInstructions): Promise<string | undefined> {
    const { clients, api } = this.#options;
    const labels = refusedLabels(boot.labels);
    if (labels.length > 0) return `kubelet does not start with labels that it may not set: ${labels.join(", ")}`;
    const doors: Doors = { clients, api, clusterName: boot.clusterName };
    return refusal(doors, IamInstanceProfile?.Arn);
  }

  /** Said once for each reason; asked again, since who is let in can change while the kubelet keeps trying. */
  #refuse(id: string, why: string): void {
    if (this.#refusals.get(id) !== why) this.#options.log(`${id} does not join: ${why}`);
    this.#refusals.set(id, why);
    this.#begun.delete(id);
  }

  async #register(instance: Instance, boot: BootInstructions): Promise<void> {
    const { clients, api, kubernetesVersion, log } = this.#options;
    const type = await this.#facts.type(required(instance.InstanceType, "DescribeInstances: InstanceType"));
    const zoneId = await this.#facts.zoneId(instance.Placement?.AvailabilityZone ?? "");
    const diskBytes = await diskBytesOf(clients.ec2, instance);
    const body = nodeObject({ instance, type, boot, zoneId, diskBytes, kubernetesVersion });
    if (this.#gone.has(instance.InstanceId ?? "")) return;
    await createUnlessThere(api, body, instance);
    log(`${instance.InstanceId ?? ""} joined as ${nodeNameOf(instance)} (${instance.InstanceType ?? ""})`);
    await sleep(SETTLE_MS, undefined, { ref: false });
    await this.#settle(nodeNameOf(instance), devicesOf(type));
  }

  /**
   * What happens on a fresh node without kubelet: device plugins report, the cloud's controller takes its taint away.
   */
  async #settle(name: string, devices: Readonly<Record<string, string>>): Promise<void> {
    const { api } = this.#options;
    const path = `/api/v1/nodes/${name}`;
    if (Object.keys(devices).length > 0 && (await api.get(path)) !== undefined) {
      await api.patch(`${path}/status`, { status: { capacity: devices, allocatable: devices } });
    }
    await untilWritten(async () => {
      const node = await api.get<NodeObject>(path);
      if (node === undefined) return;
      const taints = node.spec.taints?.filter(({ key }) => key !== uninitialized.key) ?? [];
      // With its version: others write taints too.
      const { resourceVersion } = node.metadata;
      await api.patch(path, { metadata: { resourceVersion }, spec: { taints } });
    });
  }

  /** The cloud's controller removes nodes whose instance is no more. */
  #departed(instances: readonly Instance[]): Promise<void>[] {
    return instances
      .filter(({ InstanceId = "", State }) => State?.Name === "terminated" && !this.#gone.has(InstanceId))
      .map(async ({ InstanceId = "" }) => {
        const name = await this.#nodeOf(InstanceId);
        if (name !== undefined) {
          await this.#options.api.delete(`/api/v1/nodes/${name}`);
          this.#options.log(`${InstanceId} is terminated, its node ${name} goes`);
        }
        this.#gone.add(InstanceId);
      });
  }

  async #nodeOf(instanceId: string): Promise<string | undefined> {
    const nodes = await this.#options.api.list<NodeObject>("/api/v1/nodes");
    return nodes.find(({ spec }) => spec.providerID?.endsWith(`/${instanceId}`))?.metadata.name;
  }
}

interface NodeObject {
  readonly metadata: Meta;
  readonly spec: { readonly providerID?: string; readonly taints?: readonly { readonly key: string }[] };
}

/**
 * After a round that created the node and then failed, it is there. A machine may also have got the address, and with
 * it the name, of one whose node is still going: then it has to wait.
 */
async function createUnlessThere(api: KubeApi, node: object, instance: Instance): Promise<void> {
  try {
    await api.create("/api/v1/nodes", node);
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
    const name = nodeNameOf(instance);
    const there = await api.get<NodeObject>(`/api/v1/nodes/${name}`);
    if (there?.spec.providerID?.endsWith(`/${instance.InstanceId ?? ""}`) !== true)
      throw new Error(`node ${name} is still another machine's`, { cause: error });
  }
}

/** From the beginning whenever somebody else wrote between reading and writing. */
async function untilWritten(write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (!isKubeError(error, 409)) throw error;
    }
  }
}
