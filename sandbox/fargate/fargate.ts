import { randomInt } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { EKSClient } from "@aws-sdk/client-eks";
import { isKubeError, type KubeApi, type Meta } from "../control-plane/kube-api";
import { type Log, oneLine } from "../processes/component-log";
import { type Repeating, repeat } from "../processes/repeat";
import { applyPolicy, fargateScheduler } from "./admission-policy";
import { computeType, type FargateNode, fargateNode, nodeLease, nodePrefix } from "./fargate-node";
import { type FargateProfile, listProfiles, profileLabel, profileOf } from "./profiles";

export interface FargateOptions {
  readonly eks: EKSClient;
  /** As an administrator. */
  readonly api: KubeApi;
  /** @default us-east-1a, b, c */
  readonly zones?: readonly string[];
  readonly log: Log;
}

const POLL_MS = 400;
const LEASE_RENEWAL_MS = 10_000;
/** A profile that is newer than the pod's creation may have come too late for the admission policy. */
const LATECOMER_MS = 2_000;

/**
 * Plays Fargate: each pod that a profile wants gets a node of its own, and the node goes with the pod.
 * Running the pod's process is the pod runner's part.
 */
export function startFargate(options: FargateOptions): Repeating {
  const fargate = new Fargate(options);
  return repeat(
    POLL_MS,
    () => fargate.look(),
    (error) => {
      options.log(`will look again: ${oneLine(error)}`);
    },
  );
}

interface Pod {
  readonly metadata: Meta & { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string; readonly schedulerName?: string };
  readonly status?: { readonly phase?: string };
}

class Fargate {
  readonly #options: FargateOptions;
  #profiles: readonly FargateProfile[] | undefined;
  #renewedAt = 0;
  #launched = 0;

  constructor(options: FargateOptions) {
    this.#options = options;
  }

  async look(): Promise<void> {
    const { api } = this.#options;
    const profiles = await this.#followProfiles();
    const pods = await api.list<Pod>("/api/v1/pods");
    for (const pod of pods) if (this.#waitsForUs(pod, profiles)) await this.#launch(pod);
    await this.#endOrphans(pods, profiles);
    await this.#keepNodes(pods);
  }

  /** The admission policy follows the profiles, also when there are none. */
  async #followProfiles(): Promise<readonly FargateProfile[]> {
    const profiles = await listProfiles(this.#options.eks);
    if (!isDeepStrictEqual(profiles, this.#profiles)) await applyPolicy(this.#options.api, profiles);
    this.#profiles = profiles;
    return profiles;
  }

  #waitsForUs({ metadata, spec }: Pod, profiles: readonly FargateProfile[]): boolean {
    if (spec.nodeName !== undefined || metadata.deletionTimestamp !== undefined) return false;
    if (metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet")) return false;
    if (profileOf(profiles, { metadata }) === undefined) return false;
    const ageMs = Date.now() - Date.parse(metadata.creationTimestamp ?? "");
    return spec.schedulerName === fargateScheduler || ageMs > LATECOMER_MS;
  }

  async #launch({ metadata: { name, namespace, uid } }: Pod): Promise<void> {
    const { api, log, zones = ["us-east-1a", "us-east-1b", "us-east-1c"] } = this.#options;
    const zone = zones[this.#launched++ % zones.length] ?? "";
    const ip = `10.0.${randomInt(96, 192)}.${randomInt(4, 255)}`;
    const node = await api.create<FargateNode>("/api/v1/nodes", fargateNode(ip, zone, new Date()));
    await this.#renew(node);
    await this.#bind({ name, namespace, uid }, node.metadata.name ?? "");
    log(`${namespace}/${name} runs on ${node.metadata.name ?? ""}`);
  }

  /** A pod that went meanwhile, or that the other scheduler took, leaves its node to `keepNodes`. */
  async #bind({ name, namespace, uid }: { name: string; namespace: string; uid: string }, node: string): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
    const target = { apiVersion: "v1", kind: "Node", name: node };
    try {
      await this.#options.api.create(path, { apiVersion: "v1", kind: "Binding", metadata: { name, uid }, target });
    } catch (error) {
      if (!isKubeError(error, 404) && !isKubeError(error, 409)) throw error;
    }
  }

  /**
   * EKS deletes a profile's pods with the profile.
   * https://docs.aws.amazon.com/eks/latest/userguide/delete-fargate-profile.html
   */
  async #endOrphans(pods: readonly Pod[], profiles: readonly FargateProfile[]): Promise<void> {
    const names = new Set(profiles.map(({ name }) => name));
    for (const { metadata, spec } of pods) {
      const profile = metadata.labels?.[profileLabel];
      if (profile === undefined || names.has(profile) || metadata.deletionTimestamp !== undefined) continue;
      if (spec.nodeName?.startsWith(nodePrefix) !== true) continue;
      this.#options.log(`${metadata.namespace}/${metadata.name} goes with its profile ${profile}`);
      await this.#options.api.delete(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`);
    }
  }

  async #keepNodes(pods: readonly Pod[]): Promise<void> {
    const { api, log } = this.#options;
    const used = new Set(pods.map(({ spec }) => spec.nodeName));
    const selector = encodeURIComponent(`${computeType.key}=${computeType.value}`);
    const nodes = await api.list<FargateNode>(`/api/v1/nodes?labelSelector=${selector}`);
    const renew = Date.now() - this.#renewedAt > LEASE_RENEWAL_MS;
    for (const node of nodes) {
      const name = node.metadata.name ?? "";
      if (used.has(name) || this.#justLaunched(node)) {
        if (renew) await this.#renew(node);
        continue;
      }
      await api.delete(`/api/v1/nodes/${name}`);
      log(`${name} goes, its pod is gone`);
    }
    if (renew) this.#renewedAt = Date.now();
  }

  /** The list of pods is older than this node. */
  #justLaunched({ metadata }: FargateNode): boolean {
    return Date.now() - Date.parse(metadata.creationTimestamp ?? "") < LATECOMER_MS;
  }

  #renew({ metadata: { name = "", uid = "" } }: FargateNode): Promise<void> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
    return this.#options.api.apply(path, nodeLease(name, uid, new Date()));
  }
}
