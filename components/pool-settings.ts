/** A pool and its class, as a stack's configuration says them: `nodePools: { <name>: PoolSettings }`. */
import type * as pulumi from "@pulumi/pulumi";
import type { AmiSelectorTerm, EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import type { Labels, ResourceList, Taint } from "../controller/api/kube-object";
import type { Disruption, NodePoolSpec } from "../controller/api/node-pool";
import type { RequirementSpec } from "../controller/api/requirement";
import { tags } from "../controller/contract/tags";
import type { EC2NodeClassArgs } from "./ec2-node-class";
import type { Problem } from "./problem";
import { unknownFields } from "./problem";

export interface PoolSettings {
  /** How the machines are made. A text names a class of another pool, or one made elsewhere. */
  readonly class?: ClassSettings | string;
  readonly annotations?: Labels;
  readonly labels?: Labels;
  /** What the pool's nodes may have together, e.g. `cpu: "80"`. @default no limit */
  readonly limits?: ResourceList;
  /**
   * @default linux, amd64, on-demand, categories c, m and r of generation 3 and newer; as upstream's getting started
   */
  readonly requirements?: readonly RequirementSpec[];
  readonly taints?: readonly Taint[];
  readonly startupTaints?: readonly Taint[];
  readonly weight?: number;
  readonly disruption?: Disruption;
  /** @default "720h" */
  readonly expireAfter?: string;
  readonly terminationGracePeriod?: string;
}

export interface ClassSettings {
  /** `family@version`. @default "al2023@latest" */
  readonly amiAlias?: string;
  /** Takes the place of `amiAlias`, and needs `amiFamily`. */
  readonly amiSelectorTerms?: readonly AmiSelectorTerm[];
  readonly amiFamily?: EC2NodeClassSpec["amiFamily"];
  /** Groups that the machines get beside the cluster's. */
  readonly extraSecurityGroups?: readonly string[];
  /** Only machines with a GPU, with room on the disk for its images. @default false */
  readonly gpu?: boolean;
  /** In public subnets, with a public address. @default false */
  readonly public?: boolean;
  readonly tags?: Labels;
  /** Of the volume that holds images and containers. @default "20Gi", with a GPU "100Gi" */
  readonly volumeSize?: string;
  readonly userData?: string;
  /** What else the class says, in its own words. Wins over everything above. */
  readonly spec?: Partial<EC2NodeClassSpec>;
}

/** What the installation knows that a class needs. */
export interface ClassSurroundings {
  readonly clusterName: pulumi.Input<string>;
  readonly roleName: pulumi.Input<string>;
  /** Takes the role's place, where one is there. */
  readonly instanceProfileName?: pulumi.Input<string>;
  readonly publicSubnetIds: readonly string[];
}

/**
 * The volume that holds images and containers.
 * @see https://karpenter.sh/docs/concepts/nodeclasses/#specblockdevicemappings
 */
const deviceByFamily = { bottlerocket: "/dev/xvdb", windows: "/dev/sda1", other: "/dev/xvda" } as const;

export function ec2NodeClassSpec(settings: ClassSettings, surroundings: ClassSurroundings): EC2NodeClassArgs["spec"] {
  const { amiAlias = "al2023@latest", amiSelectorTerms, amiFamily, userData } = settings;
  const { volumeSize = settings.gpu === true ? "100Gi" : "20Gi" } = settings;
  const discovery = { tags: { [tags.discovery]: surroundings.clusterName } };
  return withoutUndefined({
    ...machineIdentity(settings, surroundings),
    amiFamily,
    amiSelectorTerms: amiSelectorTerms ?? [{ alias: amiAlias }],
    subnetSelectorTerms: settings.public === true ? surroundings.publicSubnetIds.map((id) => ({ id })) : [discovery],
    securityGroupSelectorTerms: [discovery, ...(settings.extraSecurityGroups ?? []).map((id) => ({ id }))],
    associatePublicIPAddress: settings.public,
    blockDeviceMappings: [
      {
        deviceName: deviceOf(amiFamily ?? amiAlias),
        ebs: { volumeSize, volumeType: "gp3", encrypted: true, deleteOnTermination: true },
      },
    ],
    tags: settings.tags,
    userData,
    ...settings.spec,
  });
}

/** A class has either a profile, which brings its role along, or a role. */
function machineIdentity(
  { spec = {} }: ClassSettings,
  { roleName, instanceProfileName }: ClassSurroundings,
): Pick<EC2NodeClassArgs["spec"], "role" | "instanceProfile"> {
  if (spec.instanceProfile !== undefined || spec.role !== undefined) return {};
  return instanceProfileName === undefined ? { role: roleName } : { instanceProfile: instanceProfileName };
}

function deviceOf(family: string): string {
  const known = family.toLowerCase();
  if (known.startsWith("bottlerocket")) return deviceByFamily.bottlerocket;
  return known.startsWith("windows") ? deviceByFamily.windows : deviceByFamily.other;
}

const defaultRequirements: readonly RequirementSpec[] = [
  { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
  { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
  { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
  { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
  { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
];
const hasGpu: RequirementSpec = { key: "karpenter.k8s.aws/instance-gpu-count", operator: "Gt", values: ["0"] };

export function nodePoolSpec(settings: PoolSettings, className: string): NodePoolSpec {
  const { labels, annotations, taints, startupTaints, expireAfter, terminationGracePeriod } = settings;
  return withoutUndefined({
    template: {
      metadata: withoutUndefined({ labels, annotations }),
      spec: withoutUndefined({
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: className },
        requirements: requirements(settings),
        taints,
        startupTaints,
        expireAfter,
        terminationGracePeriod,
      }),
    },
    disruption: settings.disruption,
    limits: settings.limits,
    weight: settings.weight,
  });
}

function requirements({ class: machines, requirements: given }: PoolSettings): readonly RequirementSpec[] {
  const gpu = typeof machines === "object" && machines.gpu === true;
  if (given !== undefined) return gpu ? [...given, hasGpu] : given;
  const defaults = defaultRequirements.filter(({ key }) => !gpu || key !== "karpenter.k8s.aws/instance-category");
  return gpu ? [...defaults, hasGpu] : defaults;
}

/** Every field, so that a misspelt one is refused rather than passed over. */
const known = {
  pool: [
    "class",
    "annotations",
    "labels",
    "limits",
    "requirements",
    "taints",
    "startupTaints",
    "weight",
    "disruption",
    "expireAfter",
    "terminationGracePeriod",
  ] satisfies (keyof PoolSettings)[],
  class: [
    "amiAlias",
    "amiSelectorTerms",
    "amiFamily",
    "extraSecurityGroups",
    "gpu",
    "public",
    "tags",
    "volumeSize",
    "userData",
    "spec",
  ] satisfies (keyof ClassSettings)[],
};

/** What is wrong with the settings themselves; what they turn into is checked by `NodePool` and `EC2NodeClass`. */
export function settingsProblems(
  settings: PoolSettings,
  surroundings: Pick<ClassSurroundings, "publicSubnetIds">,
): readonly Problem[] {
  const machines = settings.class ?? {};
  if (typeof machines === "string") return unknownFields(settings, known.pool);
  const nowhere = machines.public === true && surroundings.publicSubnetIds.length === 0;
  return [
    ...unknownFields(settings, known.pool),
    ...unknownFields(machines, known.class, "class."),
    ...(nowhere ? [{ path: "class.public", reason: "the cluster has no public subnets" }] : []),
    ...(machines.amiSelectorTerms !== undefined && machines.amiAlias !== undefined
      ? [{ path: "class.amiAlias", reason: "goes without amiSelectorTerms" }]
      : []),
  ];
}

/** An object without the fields that say nothing: an API server would take them for null. */
function withoutUndefined<T extends object>(object: T): T {
  // Dropping what is undefined leaves every field's type as it was.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
