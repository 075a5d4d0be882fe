import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { controllerSettingsProblems } from "./controller-environment";
import type { ImageArgs } from "./controller-image";
import type { ControllerSettings } from "./controller-settings";
import type { Placement } from "./placement";
import type { Problem } from "./problem";
import { problem, unknownFields } from "./problem";
import type { ServiceMonitorSettings } from "./service-monitor";

/** What may be said of the controller wherever it is installed. */
export interface ControllerOptions extends ImageArgs {
  /** Names of secrets in the controller's namespace that open the image's registry. @default none */
  readonly imagePullSecrets?: readonly pulumi.Input<string>[];
  /** @default 2: one leads, one waits */
  readonly replicas?: number;
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  /** Such as `batchIdleDuration: "2s"`. @default Karpenter's */
  readonly settings?: ControllerSettings;
  /** What else the controller's environment should hold, such as a proxy. */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Whether a NetworkPolicy keeps the controller to metrics and probes coming in, and DNS and HTTPS going out. For
   * clusters whose network plugin heeds them; a proxy on another port needs a policy of its own.
   * @default false
   */
  readonly networkPolicy?: boolean;
  /** Has the Prometheus operator, which must be there, read the metrics. @default false */
  readonly serviceMonitor?: boolean | ServiceMonitorSettings;
}

/** What is wrong with them, `settings` by their own names. */
export function controllerOptionsProblems(options: ControllerOptions, placement: Placement): readonly Problem[] {
  const { image, imageMirror, networkPolicy = false, replicas = 2, settings = {} } = options;
  const twoSources = image !== undefined && imageMirror !== undefined;
  const unheeded = networkPolicy && placement.on === "fargate";
  return [
    ...problem("controller.imageMirror", "goes without image, which is taken from where it says", twoSources),
    ...problem("controller.networkPolicy", "has no effect on Fargate, which heeds none", unheeded),
    ...problem("replicas", "must be a whole number of at least 1", !Number.isInteger(replicas) || replicas < 1),
    ...controllerSettingsProblems(settings),
  ];
}

/** Every field, so that a misspelt one is refused rather than passed over. */
const fields: Readonly<Record<keyof ControllerOptions, true>> = {
  image: true,
  imageMirror: true,
  imagePullSecrets: true,
  replicas: true,
  resources: true,
  settings: true,
  env: true,
  networkPolicy: true,
  serviceMonitor: true,
};

/** Of a configuration, which knows no types. */
export const unknownControllerOptions = (options: object): readonly Problem[] =>
  unknownFields(options, Object.keys(fields), "controller.");
