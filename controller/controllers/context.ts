import type { Features } from "../api/kinds";
import { labels } from "../api/labels";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import type { Pod } from "../api/pod";
import type { SchedulerConfig } from "../api/scheduler-config";
import type { FeatureGates } from "../contract/settings";
import type { Clock } from "../ports/clock";
import type { Cloud, InterruptionQueue, NodeClassResolver } from "../ports/cloud";
import type { Events } from "../ports/events";
import type { Kube } from "../ports/kube";
import type { Log } from "../ports/log";
import type { Metrics } from "../ports/metrics";
import type { Planner } from "../ports/planner";
import type { CacheIndex } from "../runtime/cache-index";
import { indexBy } from "../runtime/cache-index";
import type { Intentions } from "../state/intentions";

/** Everything a controller may ask for. Each names, by `Pick`, exactly what it uses. */
export interface Context {
  readonly kube: Kube;
  readonly cloud: Cloud;
  readonly nodeClasses: NodeClassResolver;
  /** Absent when no queue is configured: then nobody warns us of interruptions. */
  readonly interruptionQueue?: InterruptionQueue | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Events;
  readonly metrics: Metrics;
  readonly planner: Planner;
  readonly settings: ControllerSettings;
  readonly intentions: Intentions;
  readonly lookups: Lookups;
}

/** The settings that controllers heed; `contract/settings.ts` says where they come from. */
export interface ControllerSettings {
  readonly clusterName: string;
  readonly batchIdleMs: number;
  readonly batchMaxMs: number;
  readonly preferences: "Respect" | "Ignore";
  readonly minValues: "Strict" | "BestEffort";
  /** Of any node, beside the price of its machine, per hour. */
  readonly nodePrice: number;
  readonly featureGates: FeatureGates;
  /** No metrics and events about the conditions of single objects. @default false */
  readonly disableClusterStateObservability?: boolean;
  readonly schedulerConfig: SchedulerConfig;
  readonly ignoreDraRequests: boolean;
  /** A duration for pools that have none; "": their nodes take as long as it takes. */
  readonly defaultTerminationGracePeriod: string;
}

/** What of all this is on, for the kinds that are looked at only then. */
export const featuresOf = ({
  featureGates,
  schedulerConfig,
}: Pick<ControllerSettings, "featureGates" | "schedulerConfig">): Features => ({
  ...featureGates,
  DefaultSpread: schedulerConfig.defaultConstraints.length > 0,
});

/** Cached objects by what links them to others. */
export interface Lookups {
  readonly claimsByProviderId: CacheIndex<NodeClaim>;
  /** By the instance id at the end of the provider id. */
  readonly claimsByInstanceId: CacheIndex<NodeClaim>;
  readonly claimsByPool: CacheIndex<NodeClaim>;
  readonly claimsByNodeClass: CacheIndex<NodeClaim>;
  readonly nodesByProviderId: CacheIndex<Node>;
  readonly podsByNode: CacheIndex<Pod>;
}

export const lookupsOf = (kube: Kube): Lookups => ({
  claimsByProviderId: indexBy(kube.cached("NodeClaim"), ({ status }) => status?.providerID),
  claimsByInstanceId: indexBy(kube.cached("NodeClaim"), ({ status }) => status?.providerID?.split("/").at(-1)),
  claimsByPool: indexBy(kube.cached("NodeClaim"), ({ metadata }) => metadata.labels?.[labels.nodePool]),
  claimsByNodeClass: indexBy(kube.cached("NodeClaim"), ({ spec }) => spec.nodeClassRef.name),
  nodesByProviderId: indexBy(kube.cached("Node"), ({ spec }) => spec.providerID),
  podsByNode: indexBy(kube.cached("Pod"), ({ spec }) => spec.nodeName),
});
