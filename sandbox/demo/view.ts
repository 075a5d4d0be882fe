import { conditionOf, isTrue } from "../../controller/api/conditions";
import { labels } from "../../controller/api/labels";
import type { NodeClaim } from "../../controller/api/node-claim";
import { isReady } from "../../controller/api/node-state";
import type { Pod } from "../../controller/api/pod";
import type { Operator } from "../control-plane/operator";
import type { Narrator } from "./narrator";
import type { Offering } from "./prices";

type PriceTag = (offering: Offering) => Promise<string>;

/** `kubectl get nodepools`, in short. */
export async function showPools(cluster: Operator, { table }: Narrator): Promise<void> {
  const rows = (await cluster.list("NodePool")).map((pool) => [
    pool.metadata.name,
    pool.spec.template.spec.nodeClassRef.name,
    String(pool.status?.nodes ?? 0),
    conditionOf(pool, "Ready")?.status ?? "",
    Object.entries(pool.spec.limits ?? {})
      .map(([resource, quantity]) => `${resource} ${quantity}`)
      .join(", "),
  ]);
  table(["nodepool", "nodeclass", "nodes", "ready", "limits"], rows);
}

/** Claim → instance → node → pods, with what each costs. */
export async function showNodes(cluster: Operator, { table }: Narrator, priceTag: PriceTag): Promise<void> {
  const [claims, nodes, pods] = await Promise.all([cluster.claims(), cluster.list("Node"), cluster.list("Pod")]);
  const rows = await Promise.all(
    claims.map(async (claim) => {
      const offering = offeringOf(claim);
      const node = nodes.find(({ metadata }) => metadata.name === claim.status?.nodeName);
      return [
        claim.metadata.name,
        claim.status?.providerID?.split("/").at(-1) ?? "",
        offering.instanceType,
        offering.zone,
        offering.capacityType,
        await priceTag(offering),
        node?.metadata.name ?? "",
        node !== undefined && isReady(node) ? "Ready" : "NotReady",
        String(pods.filter(({ spec }) => spec.nodeName !== undefined && spec.nodeName === node?.metadata.name).length),
      ];
    }),
  );
  table(["nodeclaim", "instance", "type", "zone", "capacity", "price", "node", "status", "pods"], rows);
}

/** Nodes that are not Karpenter's. */
export async function showOtherNodes(cluster: Operator, { table }: Narrator): Promise<void> {
  const nodes = (await cluster.list("Node")).filter(({ metadata }) => metadata.labels?.[labels.nodePool] === undefined);
  const rows = nodes.map((node) => [
    node.metadata.name,
    node.metadata.labels?.["eks.amazonaws.com/compute-type"] ?? "ec2",
    isReady(node) ? "Ready" : "NotReady",
  ]);
  table(["node", "kind", "status"], rows);
}

/** How far pods, claims and nodes have come, in one line. */
export async function summary(cluster: Operator): Promise<string> {
  const [pods, claims] = await Promise.all([cluster.list("Pod"), cluster.claims()]);
  const running = pods.filter(isRunning).length;
  const going = claims.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length;
  const stages = ["Launched", "Registered", "Initialized"].map(
    (stage) => `${claims.filter((claim) => isTrue(claim, stage)).length} ${stage.toLowerCase()}`,
  );
  return `pods ${pods.length}, ${running} running · nodeclaims ${claims.length}, ${stages.join(", ")}${going > 0 ? `, ${going} going` : ""}`;
}

export const isRunning = (pod: Pod): boolean =>
  pod.status?.phase === "Running" && pod.metadata.deletionTimestamp === undefined;

export const offeringOf = ({ metadata: { labels: own = {} } }: NodeClaim): Offering => ({
  instanceType: own[labels.instanceType] ?? "",
  zone: own[labels.zone] ?? "",
  capacityType: own[labels.capacityType] ?? "",
});
