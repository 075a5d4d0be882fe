/** The controller's pod, as data. What is odd about it follows upstream's chart. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { names } from "../controller/contract/names";
import type { Bundle } from "./bundle";
import type { Placement } from "./placement";
import { podPlacement } from "./pod-placement";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;

/** The program that a stock image is given to run. */
export interface BundleMaps {
  readonly bundle: Bundle;
  /** Names of ConfigMaps. */
  readonly loaderMap: pulumi.Input<string>;
  readonly partMaps: readonly pulumi.Input<string>[];
}

/** Where the controller listens. */
export interface ListeningPorts {
  readonly metrics: pulumi.Input<number>;
  readonly health: pulumi.Input<number>;
}

/** What the pod is made of. */
export interface PodParts {
  readonly image: pulumi.Input<string>;
  /** Names of secrets that open its registry. */
  readonly imagePullSecrets: readonly pulumi.Input<string>[];
  /** Without it the image brings its own program. */
  readonly bundle: BundleMaps | undefined;
  readonly env: readonly EnvVar[];
  readonly resources: k8s.types.input.core.v1.ResourceRequirements;
  readonly placement: Placement;
  readonly ports: ListeningPorts;
}

const loaderFolder = "/opt/karpenter/loader";
const partFolder = (index: number): string => `/opt/karpenter/bundle-${index}`;
/** Where the controller may write, the rest of its file system being read-only. */
const scratchFolder = "/tmp";

/** Kubernetes' "nobody", as upstream's image has it. */
const user = 65532;

export const partFile = (index: number): string => `controller.cjs.gz.${index}`;
export const loaderFile = "loader.cjs";

export function podSpec(parts: PodParts): PodSpec {
  const { bundle, placement, imagePullSecrets } = parts;
  return {
    serviceAccountName: names.controller,
    automountServiceAccountToken: true,
    priorityClassName: "system-cluster-critical",
    securityContext: { fsGroup: user, seccompProfile: { type: "RuntimeDefault" } },
    ...podPlacement(placement),
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    containers: [container(parts)],
    volumes: [{ name: "scratch", emptyDir: {} }, ...(bundle === undefined ? [] : bundleVolumes(bundle))],
  };
}

function bundleVolumes({ loaderMap, partMaps }: BundleMaps): k8s.types.input.core.v1.Volume[] {
  return [
    { name: "loader", configMap: { name: loaderMap } },
    ...partMaps.map((name, index) => ({ name: `bundle-${index}`, configMap: { name } })),
  ];
}

function container({ image, bundle, env, resources, ports }: PodParts): Container {
  const partMaps = bundle?.partMaps ?? [];
  const files = partMaps.map((_, index) => `${partFolder(index)}/${partFile(index)}`);
  return {
    name: names.container,
    image,
    ...(bundle === undefined
      ? {}
      : { command: ["node", `${loaderFolder}/${loaderFile}`], args: [bundle.bundle.sha256, ...files] }),
    env: [...env],
    ports: [
      { name: "http-metrics", containerPort: ports.metrics, protocol: "TCP" },
      { name: "http", containerPort: ports.health, protocol: "TCP" },
    ],
    livenessProbe: { httpGet: { path: "/healthz", port: "http" }, initialDelaySeconds: 30, timeoutSeconds: 30 },
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, initialDelaySeconds: 5, timeoutSeconds: 30 },
    resources,
    securityContext: {
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "scratch", mountPath: scratchFolder },
      ...(bundle === undefined ? [] : [{ name: "loader", mountPath: loaderFolder, readOnly: true }]),
      ...partMaps.map((_, index) => ({ name: `bundle-${index}`, mountPath: partFolder(index), readOnly: true })),
    ],
  };
}
