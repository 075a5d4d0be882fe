import type * as pulumi from "@pulumi/pulumi";
import type { AdmissionArgs } from "./admission-rules";
import type { ClusterFacts } from "./cluster";
import type { ControllerOptions } from "./controller-options";
import type { CrdsSettings } from "./crds";
import type { IdentityArgs } from "./identity";
import type { IsolatedVpcArgs } from "./isolated-vpc";
import type { PlacementArgs } from "./placement";
import type { CatalogArgs } from "./pool-catalog";
import type { PoolSettings } from "./pool-settings";
import type { SurveySettings } from "./survey";
import type { TeardownPatience } from "./teardown";

export interface KarpenterArgs extends PlacementArgs, IsolatedVpcArgs {
  /** From `lookUpCluster`, or of a `Cluster`. */
  readonly cluster: ClusterFacts;
  /** How to reach the cluster's API. @default the ambient kubeconfig */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Name → pool, each with its class. @default none */
  readonly nodePools?: Readonly<Record<string, PoolSettings>>;
  /** How pools are compared with what EC2 sells. @default with what the package knows of the cluster's region */
  readonly catalog?: CatalogArgs;
  /** Of the controller and what belongs to it. @default "kube-system" */
  readonly namespace?: string;
  /** Whether EC2's warnings are listened to. @default true */
  readonly interruptionQueue?: boolean;
  /** What gets the discovery tag. @default the cluster's private subnets, else its public ones; its security group */
  readonly discovery?: { readonly subnetIds?: readonly string[]; readonly securityGroupId?: pulumi.Input<string> };
  readonly controller?: ControllerOptions;
  /** Who the controller and its nodes are in AWS: trust, names, path and boundary of their roles. */
  readonly identity?: IdentityArgs;
  /** Of Karpenter's kinds in the cluster. */
  readonly crds?: CrdsSettings;
  /** Of the look at the cluster that comes before everything else. */
  readonly survey?: SurveySettings;
  readonly teardown?: TeardownPatience;
  /**
   * Whether the API server holds pools and classes to the rules of docs/policies.md, whoever makes them. Mandatory
   * rules refuse, advisory ones warn. `nodePools` that it would refuse are refused before anything is made.
   * @default false
   */
  readonly admission?: boolean | AdmissionArgs;
  /** On everything in AWS that can carry them. */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}
