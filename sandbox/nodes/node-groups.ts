import { randomInt } from "node:crypto";
import {
  DescribeNodegroupCommand,
  type EKSClient,
  type Nodegroup,
  paginateListClusters,
  paginateListNodegroups,
  ResourceNotFoundException,
} from "@aws-sdk/client-eks";
import type { KubeApi, Meta } from "../control-plane/kube-api";
import { nodeLease } from "../fargate/fargate-node";
import { type Log, oneLine } from "../processes/component-log";
import { type Repeating, repeat } from "../processes/repeat";
import { groupLabel, groupNode } from "./group-node";

export interface NodeGroupsOptions {
  readonly eks: EKSClient;
  /** As an administrator. */
  readonly api: KubeApi;
  /** @default us-east-1a, b, c */
  readonly zones?: readonly string[];
  readonly log: Log;
}

const POLL_MS = 500;
const LEASE_RENEWAL_MS = 10_000;

/**
 * Plays managed node groups: each has the nodes that it wants, Ready, for as long as it is there. Running the processes
 * of their pods is the pod runner's part.
 */
export function startNodeGroups(options: NodeGroupsOptions): Repeating {
  const groups = new NodeGroups(options);
  return repeat(
    POLL_MS,
    () => groups.look(),
    (error) => {
      options.log(`will look again: ${oneLine(error)}`);
    },
  );
}

interface Node {
  readonly metadata: Meta;
}

class NodeGroups {
  readonly #options: NodeGroupsOptions;
  #renewedAt = 0;
  /** Names of the nodes that were launched here: others may have been put into a group by hand. */
  readonly #launched = new Set<string>();

  constructor(options: NodeGroupsOptions) {
    this.#options = options;
  }

  async look(): Promise<void> {
    const groups = await listGroups(this.#options.eks);
    const all = await this.#options.api.list<Node>(`/api/v1/nodes?labelSelector=${groupLabel}`);
    const nodes = all.filter(({ metadata: { name = "" } }) => this.#launched.has(name));
    const missing = groups.flatMap((group) => {
      const has = nodes.filter(({ metadata }) => metadata.labels?.[groupLabel] === group.nodegroupName).length;
      return Array.from({ length: Math.max(0, (group.scalingConfig?.desiredSize ?? 0) - has) }, () => group);
    });
    for (const group of missing) await this.#launch(group);
    const there = new Set(groups.map(({ nodegroupName }) => nodegroupName));
    const gone = nodes.filter(({ metadata }) => !there.has(metadata.labels?.[groupLabel]));
    for (const node of gone) await this.#remove(node);
    if (Date.now() - this.#renewedAt > LEASE_RENEWAL_MS)
      await this.#renewAll(nodes.filter((each) => !gone.includes(each)));
  }

  async #launch(group: Nodegroup): Promise<void> {
    const { api, log, zones = ["us-east-1a", "us-east-1b", "us-east-1c"] } = this.#options;
    const zone = zones[this.#launched.size % zones.length] ?? "";
    const ip = `10.0.${randomInt(96, 192)}.${randomInt(4, 255)}`;
    const node = await api.create<Node>("/api/v1/nodes", groupNode({ group, ip, zone, at: new Date() }));
    this.#launched.add(node.metadata.name ?? "");
    await this.#renew(node);
    log(`${node.metadata.name ?? ""} joins group ${group.nodegroupName ?? ""}`);
  }

  async #remove({ metadata: { name = "" } }: Node): Promise<void> {
    await this.#options.api.delete(`/api/v1/nodes/${name}`);
    this.#options.log(`${name} goes with its group`);
  }

  async #renewAll(nodes: readonly Node[]): Promise<void> {
    for (const node of nodes) await this.#renew(node);
    this.#renewedAt = Date.now();
  }

  #renew({ metadata: { name = "", uid = "" } }: Node): Promise<void> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
    return this.#options.api.apply(path, nodeLease(name, uid, new Date()));
  }
}

/** Those of every cluster of the account: all of them are the one API server. */
async function listGroups(client: EKSClient): Promise<readonly Nodegroup[]> {
  const clusters: string[] = [];
  for await (const page of paginateListClusters({ client }, {})) clusters.push(...(page.clusters ?? []));
  return (await Promise.all(clusters.map((clusterName) => groupsOf(client, clusterName)))).flat();
}

async function groupsOf(client: EKSClient, clusterName: string): Promise<readonly Nodegroup[]> {
  const names: string[] = [];
  for await (const page of paginateListNodegroups({ client }, { clusterName })) names.push(...(page.nodegroups ?? []));
  return (await Promise.all(names.map((name) => describe(client, clusterName, name)))).flat();
}

async function describe(client: EKSClient, clusterName: string, nodegroupName: string): Promise<readonly Nodegroup[]> {
  try {
    const { nodegroup } = await client.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }));
    return nodegroup === undefined || nodegroup.status === "DELETING" ? [] : [nodegroup];
  } catch (error) {
    // Deleted since it was listed.
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}
