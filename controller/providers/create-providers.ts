import type { Clock } from "../ports/clock";
import type { Cloud, InterruptionQueue, NodeClassResolver } from "../ports/cloud";
import type { Log } from "../ports/log";
import type { Metrics } from "../ports/metrics";
import { CapacityReservations } from "./capacity-reservations";
import { AwsCloud } from "./cloud";
import { Cluster } from "./cluster";
import { ec2CatalogApi } from "./ec2-catalog-api";
import { ec2DiscoveryApi } from "./ec2-discovery-api";
import { ec2InstancesApi } from "./ec2-instances-api";
import { ec2LaunchApi } from "./ec2-launch-api";
import { eksApi, type ClusterFacts } from "./eks-api";
import { iamApi } from "./iam-api";
import { Images } from "./images";
import { InstanceProfiles } from "./instance-profiles";
import { InstanceTypes } from "./instance-types";
import { Instances } from "./instances";
import { SqsInterruptionQueue } from "./interruption-queue";
import { LaunchTemplates } from "./launch-templates";
import { Launches } from "./launches";
import { AwsNodeClassResolver } from "./node-class-resolver";
import { Prices } from "./prices";
import { pricingApi } from "./pricing-api";
import { Rehearsals } from "./rehearsals";
import { SecurityGroups } from "./security-groups";
import { sqsApi } from "./sqs-api";
import { ssmApi } from "./ssm-api";
import { Subnets } from "./subnets";
import { UnavailableOfferings } from "./unavailable-offerings";

export interface ProviderSettings {
  readonly clusterName: string;
  readonly region: string;
  /** Replaces the public endpoints of every AWS service. */
  readonly endpoint?: string;
  /** How nodes reach the API server. @default what EKS says */
  readonly clusterEndpoint?: string;
  /** PEM in base64. @default what EKS says */
  readonly clusterCaBundle?: string;
  /** Address of the cluster's DNS service. @default what each image family works out */
  readonly clusterDns?: string;
  /** Name of the queue; without it no interruption queue is made. */
  readonly interruptionQueue?: string;
  /** @default 0 */
  readonly reservedEnis?: number;
  /** A share, 0 to 1. @default 0.075 */
  readonly vmMemoryOverheadPercent?: number;
  /** A VPC without a way to IAM and the price list. @default false */
  readonly isolatedVpc?: boolean;
  /** Launches into the capacity reservations that classes select, and keeps other machines out of any. @default true */
  readonly reservedCapacity?: boolean;
  /** Leaves out the rehearsals of NodeClassResolver.validate. @default false */
  readonly disableDryRun?: boolean;
  /** @default 60_000 */
  readonly amiRefreshMs?: number;
  /** @default 60_000 */
  readonly subnetRefreshMs?: number;
}

export interface ProviderDeps {
  readonly settings: ProviderSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Something to be done again and again, the first time one period after `ready()`. */
export interface Periodic {
  readonly name: string;
  readonly everyMs: number;
  /** Idempotent; an error means that it is tried again a period later. */
  readonly run: () => Promise<void>;
  /** Only while leading: it writes to the account. */
  readonly leaderOnly: boolean;
}

export interface Providers {
  readonly cloud: Cloud;
  readonly nodeClasses: NodeClassResolver;
  readonly interruptionQueue?: InterruptionQueue;
  /** What EKS says of the cluster, through a cache of five minutes. */
  readonly cluster: () => Promise<ClusterFacts>;
  readonly periodic: readonly Periodic[];
  /** Learns what EC2 sells; before it resolves, no class has any instance type. */
  ready(): Promise<void>;
  /** On becoming leader: takes charge of launch templates that an earlier leader left. */
  lead(): Promise<void>;
}

const MINUTE_MS = 60_000;
const HALF_A_DAY_MS = 12 * 60 * MINUTE_MS;

/** Makes everything that speaks to AWS, and nothing that speaks to Kubernetes. */
export function createProviders(deps: ProviderDeps): Providers {
  const { settings } = deps;
  const common = { ...deps, ...settings, isolatedVpc: settings.isolatedVpc ?? false };
  const found = discovery(common);
  const { instanceTypes, prices, images, unavailable, reservations } = found;
  const templates = new LaunchTemplates({ ...common, ec2: ec2LaunchApi(settings) });
  const profiles = new InstanceProfiles({ ...common, iam: iamApi(settings) });
  const launching = { ...common, ...found, templates, profiles, ec2: ec2LaunchApi(settings) };
  const launches = new Launches(launching);
  const rehearsals = new Rehearsals({
    ...{ ...launching, usesReservations: reservations !== undefined },
    disabled: settings.disableDryRun ?? false,
  });
  const instances = new Instances({ ...common, ec2: ec2InstancesApi(settings) });
  const queueName = settings.interruptionQueue;
  return {
    cloud: new AwsCloud({ ...common, instances, instanceTypes, launches, unavailable, reservations }),
    nodeClasses: new AwsNodeClassResolver({ ...found, templates, profiles, rehearsals }),
    ...(queueName !== undefined && {
      interruptionQueue: new SqsInterruptionQueue({ ...common, sqs: sqsApi(settings), queueName }),
    }),
    cluster: found.cluster,
    periodic: [
      periodic("providers.instancetype", HALF_A_DAY_MS, () => instanceTypes.refresh()),
      periodic("providers.pricing", HALF_A_DAY_MS, () => prices.refresh()),
      periodic("providers.ssm.invalidation", 30 * MINUTE_MS, () => images.forgetDeprecated()),
      { ...periodic("providers.launchtemplate", MINUTE_MS / 6, () => templates.sweep()), leaderOnly: true },
    ],
    ready: async () => {
      await Promise.all([instanceTypes.refresh(), prices.refresh()]);
    },
    lead: () => templates.adopt(),
  };
}

const periodic = (name: string, everyMs: number, run: () => Promise<void>): Periodic => ({
  ...{ name, everyMs, run },
  leaderOnly: false,
});

type Common = ProviderDeps & ProviderSettings & { readonly isolatedVpc: boolean };

/** Everything that only looks. */
function discovery(common: Common) {
  const { settings, clock, amiRefreshMs, subnetRefreshMs, clusterEndpoint, clusterCaBundle } = common;
  const { reservedCapacity = true } = common;
  const known = new Cluster({
    ...{ clock, clusterName: settings.clusterName, eks: eksApi(settings) },
    ...(clusterEndpoint !== undefined && { endpoint: clusterEndpoint }),
    ...(clusterCaBundle !== undefined && { caBundle: clusterCaBundle }),
  });
  const cluster = (): Promise<ClusterFacts> => known.facts();
  const catalog = ec2CatalogApi(settings);
  const account = ec2DiscoveryApi(settings);
  const unavailable = new UnavailableOfferings(clock);
  const prices = new Prices({ ...common, ec2: catalog, pricing: pricingApi(settings) });
  const { reservedEnis = 0, vmMemoryOverheadPercent = 0.075 } = settings;
  const nodeSettings = { reservedEnis, vmMemoryOverheadPercent };
  const reservations = reservedCapacity ? new CapacityReservations({ clock, ec2: account }) : undefined;
  const instanceTypes = new InstanceTypes({
    ...{ ...common, ec2: catalog, prices, unavailable, reservations },
    settings: nodeSettings,
  });
  const images = new Images({
    ...{ ...common, ec2: account, ssm: ssmApi(settings), cluster },
    ...(amiRefreshMs !== undefined && { refreshMs: amiRefreshMs }),
  });
  const subnets = new Subnets({
    ...{ clock, ec2: account },
    ...(subnetRefreshMs !== undefined && { refreshMs: subnetRefreshMs }),
  });
  const securityGroups = new SecurityGroups({ clock, ec2: account });
  return { cluster, unavailable, reservations, prices, instanceTypes, images, subnets, securityGroups };
}
