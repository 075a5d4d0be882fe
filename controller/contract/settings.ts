import { schedulerConfig } from "./scheduler-config";
import {
  durationFrom,
  flag,
  gates,
  gracePeriod,
  numberFrom,
  oneOf,
  type Parser,
  port,
  text,
  url,
  wholeNumber,
} from "./parsers";

/** One setting of the controller. */
export interface Setting<T> {
  /** Environment variable; the flag is the same in kebab-case. Names are Karpenter's where it has the setting. */
  readonly env: string;
  readonly doc: string;
  readonly parse: Parser<T>;
  /** What holds when neither flag nor variable is given, as one would write it; a setting without is required. */
  readonly fallback?: string;
  /** Given by the deployment's downward API, not by people: no flag. */
  readonly ambient?: true;
}

/** Of settings that Karpenter has for what is not there. */
const WITHOUT_EFFECT = "accepted, without effect";

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** Feature gates and whether they are on by default. */
const featureGates = {
  NodeRepair: false,
  ReservedCapacity: true,
  SpotToSpotConsolidation: false,
  NodeOverlay: false,
  StaticCapacity: false,
  CapacityBuffer: false,
} as const;

/**
 * Gates of features that are there; the others may be named too, so that settings made for Karpenter are taken as they
 * are.
 */
const heededGates: readonly string[] = [
  "ReservedCapacity",
  "NodeOverlay",
  "CapacityBuffer",
] satisfies (keyof typeof featureGates)[];
const otherGates = Object.keys(featureGates).filter((gate) => !heededGates.includes(gate));

/** Which features are on, every gate named. */
export type FeatureGates = Readonly<Record<keyof typeof featureGates, boolean>>;

const awsFeatureGates = { NodeClassCEL: false } as const;

/** The same of the AWS provider's. */
export type AwsFeatureGates = Readonly<Record<keyof typeof awsFeatureGates, boolean>>;

/** Every setting, by the name it has inside the controller. Durations are milliseconds inside. */
export const settings = {
  clusterName: { env: "CLUSTER_NAME", doc: "the EKS cluster to provision for", parse: text },
  region: { env: "AWS_REGION", doc: "the AWS region of the cluster", parse: text, ambient: true },
  awsEndpoint: {
    env: "AWS_ENDPOINT_URL",
    doc: "replaces the endpoints of all AWS services",
    parse: url,
    fallback: "",
    ambient: true,
  },
  clusterEndpoint: {
    env: "CLUSTER_ENDPOINT",
    doc: "the API server as new nodes reach it; found by DescribeCluster when empty",
    parse: url,
    fallback: "",
  },
  clusterCaBundle: {
    env: "CLUSTER_CA_BUNDLE",
    doc: "the API server's certificate authority for new nodes, PEM in base64; found by DescribeCluster when empty",
    parse: text,
    fallback: "",
  },
  interruptionQueue: {
    env: "INTERRUPTION_QUEUE",
    doc: "the SQS queue with EC2's warnings; none are heeded when empty",
    parse: text,
    fallback: "",
  },
  isolatedVpc: {
    env: "ISOLATED_VPC",
    doc: "the VPC cannot reach AWS services that have no VPC endpoint, such as pricing",
    parse: flag,
    fallback: "false",
  },
  eksControlPlane: {
    env: "EKS_CONTROL_PLANE",
    doc: `ask EKS, not the API server, for the cluster's version; ${WITHOUT_EFFECT}`,
    parse: flag,
    fallback: "false",
  },
  vmMemoryOverheadPercent: {
    env: "VM_MEMORY_OVERHEAD_PERCENT",
    doc: "share of a machine's memory that hypervisor and firmware keep",
    parse: numberFrom(0),
    fallback: "0.075",
  },
  reservedEnis: {
    env: "RESERVED_ENIS",
    doc: "network interfaces of a machine that pods cannot use",
    parse: wholeNumber(0),
    fallback: "0",
  },
  disableDryRun: {
    env: "DISABLE_DRY_RUN",
    doc: "do not try a node class out with dry-run calls",
    parse: flag,
    fallback: "false",
  },
  enableZonalShift: {
    env: "ENABLE_ZONAL_SHIFT",
    doc: `keep out of zones that a zonal shift moves traffic away from; ${WITHOUT_EFFECT}`,
    parse: flag,
    fallback: "false",
  },
  amiRefreshIntervalMs: {
    env: "AMI_REFRESH_INTERVAL",
    doc: "how often images are looked up",
    parse: durationFrom(MINUTE_MS),
    fallback: "1m",
  },
  subnetRefreshIntervalMs: {
    env: "SUBNET_REFRESH_INTERVAL",
    doc: "how often subnets are looked up",
    parse: durationFrom(MINUTE_MS),
    fallback: "1m",
  },
  awsFeatureGates: {
    env: "AWS_FEATURE_GATES",
    doc: `gates of the AWS provider, ${WITHOUT_EFFECT}: ${Object.keys(awsFeatureGates).join(", ")}`,
    parse: gates(awsFeatureGates),
    fallback: "",
  },
  karpenterService: { env: "KARPENTER_SERVICE", doc: WITHOUT_EFFECT, parse: text, fallback: "" },
  metricsPort: { env: "METRICS_PORT", doc: "port of /metrics", parse: port, fallback: "8080" },
  healthProbePort: { env: "HEALTH_PROBE_PORT", doc: "port of /healthz and /readyz", parse: port, fallback: "8081" },
  kubeClientQps: {
    env: "KUBE_CLIENT_QPS",
    doc: "requests to the API server per second, over time",
    parse: wholeNumber(1),
    fallback: "200",
  },
  kubeClientBurst: {
    env: "KUBE_CLIENT_BURST",
    doc: "requests to the API server at once",
    parse: wholeNumber(1),
    fallback: "300",
  },
  enableProfiling: { env: "ENABLE_PROFILING", doc: WITHOUT_EFFECT, parse: flag, fallback: "false" },
  disableControllerWarmup: {
    env: "DISABLE_CONTROLLER_WARMUP",
    doc: `${WITHOUT_EFFECT}: replicas that do not lead always keep their caches warm`,
    parse: flag,
    fallback: "true",
  },
  disableLeaderElection: {
    env: "DISABLE_LEADER_ELECTION",
    doc: "lead without asking; for one replica only",
    parse: flag,
    fallback: "false",
  },
  disableClusterStateObservability: {
    env: "DISABLE_CLUSTER_STATE_OBSERVABILITY",
    doc: "no metrics and events about the conditions of single objects",
    parse: flag,
    fallback: "false",
  },
  leaderElectionName: {
    env: "LEADER_ELECTION_NAME",
    doc: "name of the lease",
    parse: text,
    fallback: "karpenter-leader-election",
  },
  leaderElectionNamespace: {
    env: "LEADER_ELECTION_NAMESPACE",
    doc: "namespace of the lease; the controller's own when empty",
    parse: text,
    fallback: "",
  },
  memoryLimit: {
    env: "MEMORY_LIMIT",
    doc: "bytes that the container may use, of which planning gets two fifths; -1: unknown",
    parse: wholeNumber(-1),
    fallback: "-1",
  },
  cpuRequests: {
    env: "CPU_REQUESTS",
    doc: `thousandths of a core that the container asks for; ${WITHOUT_EFFECT}`,
    parse: (value: string): number => Math.max(0, wholeNumber(Number.MIN_SAFE_INTEGER)(value)) || 1_000,
    fallback: "1000",
  },
  logLevel: { env: "LOG_LEVEL", doc: "debug, info or error", parse: oneOf("debug", "info", "error"), fallback: "info" },
  logOutputPaths: {
    env: "LOG_OUTPUT_PATHS",
    doc: "where log lines go: stdout or stderr",
    parse: oneOf("stdout", "stderr"),
    fallback: "stdout",
  },
  logErrorOutputPaths: {
    env: "LOG_ERROR_OUTPUT_PATHS",
    doc: `where errors of logging itself would go, stdout or stderr; ${WITHOUT_EFFECT}`,
    parse: oneOf("stdout", "stderr"),
    fallback: "stderr",
  },
  batchMaxMs: {
    env: "BATCH_MAX_DURATION",
    doc: "how long a batch of pods stays open at most",
    parse: durationFrom(SECOND_MS),
    fallback: "10s",
  },
  batchIdleMs: {
    env: "BATCH_IDLE_DURATION",
    doc: "silence that closes a batch of pods",
    parse: durationFrom(SECOND_MS),
    fallback: "1s",
  },
  preferences: {
    env: "PREFERENCE_POLICY",
    doc: "whether preferred affinities and soft spreads are heeded: Respect or Ignore",
    parse: oneOf("Respect", "Ignore"),
    fallback: "Respect",
  },
  minValues: {
    env: "MIN_VALUES_POLICY",
    doc: "whether minValues may be relaxed for want of types: Strict or BestEffort",
    parse: oneOf("Strict", "BestEffort"),
    fallback: "Strict",
  },
  nodePrice: {
    env: "NODE_PRICE",
    doc: "what a node costs per hour besides its machine (licences, addresses), in the currency of its price: the more, the fewer and larger nodes",
    parse: numberFrom(0),
    fallback: "0",
  },
  schedulerConfig: {
    env: "SCHEDULER_CONFIG",
    doc: "spread constraints for pods that have none, as the kube-scheduler was given: podTopologySpread.defaultConstraints in YAML or JSON",
    parse: schedulerConfig,
    fallback: "",
  },
  defaultTerminationGracePeriod: {
    env: "DEFAULT_TERMINATION_GRACE_PERIOD",
    doc: "how long nodes may take to drain whose pool sets no terminationGracePeriod; for ever when empty",
    parse: gracePeriod,
    fallback: "",
  },
  ignoreDraRequests: {
    env: "IGNORE_DRA_REQUESTS",
    doc: "leave daemons with resource claims out of account; pods with resource claims are left alone in any case",
    parse: flag,
    fallback: "true",
  },
  featureGates: {
    env: "FEATURE_GATES",
    doc: `gates to turn on or off, such as NodeOverlay=true: ${heededGates.join(", ")}; ${WITHOUT_EFFECT}: ${otherGates.join(", ")}`,
    parse: gates(featureGates),
    fallback: "",
  },
  systemNamespace: {
    env: "SYSTEM_NAMESPACE",
    doc: "the controller's own namespace",
    parse: text,
    fallback: "",
    ambient: true,
  },
  podName: { env: "POD_NAME", doc: "the controller's own pod", parse: text, fallback: "", ambient: true },
  podUid: { env: "POD_UID", doc: "that pod's uid", parse: text, fallback: "", ambient: true },
  podIp: {
    env: "POD_IP",
    doc: "the address to serve metrics and health on; all when empty",
    parse: text,
    fallback: "",
    ambient: true,
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof settings;

/** The controller's settings, read and checked. */
export type Settings = { readonly [K in SettingName]: ReturnType<(typeof settings)[K]["parse"]> };

/** `batch-idle-duration` for BATCH_IDLE_DURATION. */
export const flagOf = ({ env }: Pick<Setting<unknown>, "env">): string => env.toLowerCase().replaceAll("_", "-");
