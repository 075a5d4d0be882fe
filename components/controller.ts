import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { controllerLabels, names, ports } from "../controller/contract/names";
import type { Bundle } from "./bundle";
import { readBundle } from "./bundle";
import { environment, settingVariables } from "./controller-environment";
import { imageOf } from "./controller-image";
import type { BundleMaps, ListeningPorts } from "./controller-objects";
import { loaderFile, partFile, podSpec } from "./controller-objects";
import type { ControllerOptions } from "./controller-options";
import { controllerOptionsProblems } from "./controller-options";
import { ControllerRbac } from "./controller-rbac";
import { controllerResources } from "./controller-resources";
import { FlowSchemas } from "./flow-schemas";
import { networkPolicySpec } from "./network-policy";
import type { Placement } from "./placement";
import { refuse } from "./problem";
import { serviceMonitor } from "./service-monitor";

export interface ControllerArgs extends ControllerOptions {
  readonly clusterName: pulumi.Input<string>;
  /** @default asked of EKS */
  readonly clusterEndpoint?: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  /** The role that its service account's token is worth (IRSA). @default none: it is given by EKS Pod Identity */
  readonly roleArn?: pulumi.Input<string>;
  /** Name of the queue of interruption warnings. @default interruptions are not heard of */
  readonly interruptionQueue?: pulumi.Input<string>;
  /** Created unless it is kube-system. @default "kube-system" */
  readonly namespace?: string;
  /** Where its pods run; a profile or group for them is made elsewhere. @default on existing nodes */
  readonly placement?: Placement;
  /** Whether AWS services that have no VPC endpoint are out of reach. @default false */
  readonly isolatedVpc?: boolean;
}

/** The program that runs in the cluster: its identity there, its rights, and two replicas of it. */
export class Controller extends pulumi.ComponentResource {
  readonly namespace: string;

  constructor(name: string, args: ControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Controller", name, {}, opts);
    const { namespace = "kube-system", placement = { on: "existing" } } = args;
    this.namespace = namespace;
    refuse("the controller", controllerOptionsProblems(args, placement));

    const own = namespace === "kube-system" ? [] : [this.ownNamespace(name)];
    if (namespace !== "kube-system") new FlowSchemas(name, { namespace }, { parent: this });
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: {
          ...this.meta(),
          ...(args.roleArn === undefined ? {} : { annotations: { "eks.amazonaws.com/role-arn": args.roleArn } }),
        },
        // The pod asks for its token by itself, so that nothing else in the namespace gets one.
        automountServiceAccountToken: false,
      },
      { parent: this, dependsOn: own },
    );
    const rbac = new ControllerRbac(name, { namespace }, { parent: this, dependsOn: own });
    this.deployment(name, args, [account, rbac]);

    this.registerOutputs({ namespace });
  }

  private meta(): { name: string; namespace: string; labels: Record<string, string> } {
    return { name: names.controller, namespace: this.namespace, labels: { ...controllerLabels } };
  }

  private ownNamespace(name: string): k8s.core.v1.Namespace {
    return new k8s.core.v1.Namespace(name, { metadata: { name: this.namespace } }, { parent: this });
  }

  private deployment(name: string, args: ControllerArgs, dependsOn: pulumi.Resource[]): void {
    const { replicas = 2, resources = controllerResources, imagePullSecrets = [] } = args;
    const { placement = { on: "existing" } } = args;
    const bundle = args.image === undefined ? this.bundleMaps(name, readBundle(), dependsOn) : undefined;
    const selector = { matchLabels: { ...controllerLabels } };
    const env = variables(args);
    const listening = {
      metrics: port(env["METRICS_PORT"], "metrics"),
      health: port(env["HEALTH_PROBE_PORT"], "health"),
    };
    const spec = podSpec({
      image: imageOf(args),
      imagePullSecrets,
      bundle,
      env: environment(env),
      resources,
      placement,
      ports: listening,
    });
    this.optional(name, args, { listening, dependsOn });

    new k8s.core.v1.Service(
      name,
      {
        metadata: this.meta(),
        spec: {
          selector: { ...controllerLabels },
          ports: [{ name: "http-metrics", port: ports.metrics, targetPort: "http-metrics", protocol: "TCP" }],
        },
      },
      // A service counts as ready once it has endpoints, which come with the pods: nothing waits for that here.
      { parent: this, dependsOn },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      { metadata: this.meta(), spec: { maxUnavailable: 1, selector } },
      { parent: this, dependsOn },
    );
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata: this.meta(),
        spec: {
          replicas,
          revisionHistoryLimit: 10,
          strategy: { rollingUpdate: { maxUnavailable: 1 } },
          selector,
          template: { metadata: { labels: { ...controllerLabels }, ...credentialsMark(args) }, spec },
        },
      },
      { parent: this, dependsOn },
    );
  }

  private optional(
    name: string,
    { networkPolicy = false, serviceMonitor: monitor = false }: ControllerArgs,
    { listening, dependsOn }: Surroundings,
  ): void {
    const opts = { parent: this, dependsOn };
    if (networkPolicy)
      new k8s.networking.v1.NetworkPolicy(name, { metadata: this.meta(), spec: networkPolicySpec(listening) }, opts);
    if (monitor !== false)
      new k8s.apiextensions.CustomResource(name, serviceMonitor(this.namespace, monitor === true ? {} : monitor), opts);
  }

  /**
   * One ConfigMap for the loader and one for each part of the program. Names carry the digest, and no map ever changes:
   * pods of an old and of a new version never mix them up.
   */
  private bundleMaps(name: string, bundle: Bundle, dependsOn: pulumi.Resource[]): BundleMaps {
    const version = bundle.sha256.slice(0, 10);
    const map = (suffix: string, content: object): pulumi.Output<string> =>
      new k8s.core.v1.ConfigMap(
        `${name}-${suffix}`,
        {
          metadata: { ...this.meta(), name: `${names.controller}-${suffix}-${version}` },
          immutable: true,
          ...content,
        },
        { parent: this, dependsOn },
      ).metadata.name;
    return {
      bundle,
      loaderMap: map("loader", { data: { [loaderFile]: bundle.loader } }),
      partMaps: bundle.parts.map((part, index) => map(`bundle-${index}`, { binaryData: { [partFile(index)]: part } })),
    };
  }
}

interface Surroundings {
  readonly listening: ListeningPorts;
  readonly dependsOn: pulumi.Resource[];
}

/** Credentials are given to pods as they start: those of another kind need other pods. */
const credentialsMark = ({ roleArn }: ControllerArgs): { annotations?: Record<string, string> } =>
  roleArn === undefined ? { annotations: { "pulumi-karpenter/credentials": "pod-identity" } } : {};

const port = (given: pulumi.Input<string> | undefined, of: keyof typeof ports): pulumi.Input<number> =>
  given === undefined ? ports[of] : pulumi.output(given).apply(Number);

/** What the user sets wins over what follows from the stack. */
function variables(args: ControllerArgs): Readonly<Record<string, pulumi.Input<string> | undefined>> {
  return {
    CLUSTER_NAME: args.clusterName,
    CLUSTER_ENDPOINT: args.clusterEndpoint,
    INTERRUPTION_QUEUE: args.interruptionQueue,
    AWS_REGION: args.region,
    ISOLATED_VPC: args.isolatedVpc === true ? "true" : undefined,
    ...settingVariables(args.settings ?? {}),
    ...args.env,
  };
}
