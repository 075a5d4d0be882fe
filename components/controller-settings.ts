/** The controller's settings, as the arguments of a program or the configuration of a stack say them. */
import type * as pulumi from "@pulumi/pulumi";
import type { SchedulerConfig } from "../controller/api/scheduler-config";
import type { AwsFeatureGates, FeatureGates, SettingName, settings } from "../controller/contract/settings";

/** As Go writes durations, such as "10s" or "1m30s". */
export type Duration = `${number}${string}`;

/** `nodeOverlay` for NodeOverlay, as upstream's chart has it. */
type Gates<T> = { readonly [Gate in keyof T & string as Uncapitalize<Gate>]?: pulumi.Input<boolean> };

/**
 * Every setting of the controller, under the name that it has in upstream's chart, or would have there. The same under
 * its environment name, such as `BATCH_IDLE_DURATION: "1s"`, is accepted too.
 * @see https://karpenter.sh/docs/reference/settings/
 */
export interface NamedSettings {
  /** The EKS cluster to provision for. @default the stack's */
  readonly clusterName?: pulumi.Input<string>;
  /** The API server as new nodes reach it. @default the cluster's own endpoint */
  readonly clusterEndpoint?: pulumi.Input<string>;
  /** The API server's certificate authority for new nodes, PEM in base64. @default found by DescribeCluster */
  readonly clusterCABundle?: pulumi.Input<string>;
  /** Name of the SQS queue with EC2's warnings. @default the stack's, if it has one */
  readonly interruptionQueue?: pulumi.Input<string>;
  /** The VPC cannot reach AWS services that have no VPC endpoint, such as pricing. @default false */
  readonly isolatedVPC?: pulumi.Input<boolean>;
  /** Ask EKS, not the API server, for the cluster's version; accepted, without effect. @default false */
  readonly eksControlPlane?: pulumi.Input<boolean>;
  /** Share of a machine's memory that hypervisor and firmware keep. @default 0.075 */
  readonly vmMemoryOverheadPercent?: pulumi.Input<number>;
  /** Network interfaces of a machine that pods cannot use. @default 0 */
  readonly reservedENIs?: pulumi.Input<number>;
  /** Do not try a node class out with dry-run calls. @default false */
  readonly disableDryRun?: pulumi.Input<boolean>;
  /** Keep out of zones that a zonal shift moves traffic away from; accepted, without effect. @default false */
  readonly enableZonalShift?: pulumi.Input<boolean>;
  /** How often images are looked up; at least a minute. @default "1m" */
  readonly amiRefreshInterval?: pulumi.Input<Duration>;
  /** How often subnets are looked up; at least a minute. @default "1m" */
  readonly subnetRefreshInterval?: pulumi.Input<Duration>;
  /** Gates of the AWS provider; accepted, without effect. @default all off */
  readonly awsFeatureGates?: pulumi.Input<Gates<AwsFeatureGates>>;
  /** Accepted, without effect. @default "" */
  readonly karpenterService?: pulumi.Input<string>;
  /** Port of /metrics. @default 8080 */
  readonly metricsPort?: pulumi.Input<number>;
  /** Port of /healthz and /readyz. @default 8081 */
  readonly healthProbePort?: pulumi.Input<number>;
  /** Requests to the API server per second, over time. @default 200 */
  readonly kubeClientQPS?: pulumi.Input<number>;
  /** Requests to the API server at once. @default 300 */
  readonly kubeClientBurst?: pulumi.Input<number>;
  /** Accepted, without effect. @default false */
  readonly enableProfiling?: pulumi.Input<boolean>;
  /** Accepted, without effect: replicas that do not lead always keep their caches warm. @default true */
  readonly disableControllerWarmup?: pulumi.Input<boolean>;
  /** Lead without asking; for one replica only. @default false */
  readonly disableLeaderElection?: pulumi.Input<boolean>;
  /** No metrics and events about the conditions of single objects. @default false */
  readonly disableClusterStateObservability?: pulumi.Input<boolean>;
  /** Name of the lease. @default "karpenter-leader-election" */
  readonly leaderElectionName?: pulumi.Input<string>;
  /** Namespace of the lease. @default the controller's own */
  readonly leaderElectionNamespace?: pulumi.Input<string>;
  /** Bytes that the container may use, of which planning gets two fifths. @default the container's limit */
  readonly memoryLimit?: pulumi.Input<number>;
  /** Thousandths of a core; accepted, without effect. @default the container's request */
  readonly cpuRequests?: pulumi.Input<number>;
  /** @default "info" */
  readonly logLevel?: pulumi.Input<"debug" | "info" | "error">;
  /** Where log lines go. @default "stdout" */
  readonly logOutputPaths?: pulumi.Input<"stdout" | "stderr">;
  /** Where errors of logging itself would go; accepted, without effect. @default "stderr" */
  readonly logErrorOutputPaths?: pulumi.Input<"stdout" | "stderr">;
  /** How long a batch of pods stays open at most; at least a second. @default "10s" */
  readonly batchMaxDuration?: pulumi.Input<Duration>;
  /** Silence that closes a batch of pods; at least a second. @default "1s" */
  readonly batchIdleDuration?: pulumi.Input<Duration>;
  /** Whether preferred affinities and soft spreads are heeded. @default "Respect" */
  readonly preferencePolicy?: pulumi.Input<"Respect" | "Ignore">;
  /** Whether minValues may be relaxed for want of types. @default "Strict" */
  readonly minValuesPolicy?: pulumi.Input<"Strict" | "BestEffort">;
  /**
   * What a node costs per hour besides its machine (licences, addresses), in the currency of its price: the more, the
   * fewer and larger nodes.
   * @default 0
   */
  readonly nodePrice?: pulumi.Input<number>;
  /** Spread constraints for pods that have none, as the kube-scheduler was given. @default none */
  readonly schedulerConfig?: pulumi.Input<{ readonly podTopologySpread: SchedulerConfig }>;
  /** How long nodes may take to drain whose pool sets no terminationGracePeriod. @default for ever */
  readonly defaultTerminationGracePeriod?: pulumi.Input<Duration>;
  /** Leave daemons with resource claims out of account. @default true */
  readonly ignoreDRARequests?: pulumi.Input<boolean>;
  /** Features to turn on or off. @default `reservedCapacity` is on, all others are off */
  readonly featureGates?: pulumi.Input<Gates<FeatureGates>>;
}

/** Environment names of all settings. */
export type SettingVariable = (typeof settings)[SettingName]["env"];

/** Settings by either of their names; one setting has one value. */
export type ControllerSettings = NamedSettings & Readonly<Partial<Record<SettingVariable, pulumi.Input<string>>>>;

/** What each setting is called in the environment. */
export const variableOf = {
  clusterName: "CLUSTER_NAME",
  clusterEndpoint: "CLUSTER_ENDPOINT",
  clusterCABundle: "CLUSTER_CA_BUNDLE",
  interruptionQueue: "INTERRUPTION_QUEUE",
  isolatedVPC: "ISOLATED_VPC",
  eksControlPlane: "EKS_CONTROL_PLANE",
  vmMemoryOverheadPercent: "VM_MEMORY_OVERHEAD_PERCENT",
  reservedENIs: "RESERVED_ENIS",
  disableDryRun: "DISABLE_DRY_RUN",
  enableZonalShift: "ENABLE_ZONAL_SHIFT",
  amiRefreshInterval: "AMI_REFRESH_INTERVAL",
  subnetRefreshInterval: "SUBNET_REFRESH_INTERVAL",
  awsFeatureGates: "AWS_FEATURE_GATES",
  karpenterService: "KARPENTER_SERVICE",
  metricsPort: "METRICS_PORT",
  healthProbePort: "HEALTH_PROBE_PORT",
  kubeClientQPS: "KUBE_CLIENT_QPS",
  kubeClientBurst: "KUBE_CLIENT_BURST",
  enableProfiling: "ENABLE_PROFILING",
  disableControllerWarmup: "DISABLE_CONTROLLER_WARMUP",
  disableLeaderElection: "DISABLE_LEADER_ELECTION",
  disableClusterStateObservability: "DISABLE_CLUSTER_STATE_OBSERVABILITY",
  leaderElectionName: "LEADER_ELECTION_NAME",
  leaderElectionNamespace: "LEADER_ELECTION_NAMESPACE",
  memoryLimit: "MEMORY_LIMIT",
  cpuRequests: "CPU_REQUESTS",
  logLevel: "LOG_LEVEL",
  logOutputPaths: "LOG_OUTPUT_PATHS",
  logErrorOutputPaths: "LOG_ERROR_OUTPUT_PATHS",
  batchMaxDuration: "BATCH_MAX_DURATION",
  batchIdleDuration: "BATCH_IDLE_DURATION",
  preferencePolicy: "PREFERENCE_POLICY",
  minValuesPolicy: "MIN_VALUES_POLICY",
  nodePrice: "NODE_PRICE",
  schedulerConfig: "SCHEDULER_CONFIG",
  defaultTerminationGracePeriod: "DEFAULT_TERMINATION_GRACE_PERIOD",
  ignoreDRARequests: "IGNORE_DRA_REQUESTS",
  featureGates: "FEATURE_GATES",
} as const satisfies Readonly<Record<keyof NamedSettings, SettingVariable>>;
