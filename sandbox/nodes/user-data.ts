import { parse as parseToml } from "smol-toml";
import { parseAllDocuments } from "yaml";
import type { BootInstructions, BootTaint } from "./boot-instructions";
import { readKubeletFlags, shellWords, taintOf } from "./kubelet-flags";
import { mimeParts } from "./mime-parts";

/**
 * What the user data tells the kubelet, or undefined when it starts none. The image family shows in the text itself.
 * Throws where the image would fail to boot: TOML or YAML that does not parse.
 */
export function readUserData(userData: string): BootInstructions | undefined {
  if (userData.includes("Start-EKSBootstrap.ps1")) return readPowershell(userData);
  const parts = mimeParts(userData);
  const configs = parts.flatMap(({ contentType, content }) =>
    contentType === "application/node.eks.aws" || (contentType === "" && /^kind:\s*NodeConfig/m.test(content))
      ? nodeConfigs(content)
      : [],
  );
  if (configs.length > 0) return readNodeConfigs(configs);
  const script = parts.find(({ content }) => content.includes("/etc/eks/bootstrap.sh"));
  if (script) return readBootstrapScript(script.content);
  return /^\s*\[?settings[.\]]/m.test(userData) ? readBottlerocket(userData) : undefined;
}

/** https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/ */
interface NodeConfig {
  readonly spec?: {
    readonly cluster?: { readonly name?: string; readonly apiServerEndpoint?: string };
    readonly kubelet?: {
      readonly config?: {
        readonly maxPods?: number;
        readonly registerWithTaints?: readonly BootTaint[];
        readonly kubeReserved?: Record<string, string>;
        readonly systemReserved?: Record<string, string>;
        readonly evictionHard?: Record<string, string>;
      };
      readonly flags?: readonly string[];
    };
    readonly instance?: { readonly localStorage?: { readonly strategy?: string } };
  };
}

const nodeConfigs = (text: string): NodeConfig[] =>
  parseAllDocuments(text).map((document) => {
    const [problem] = document.errors;
    if (problem) throw new Error(`the NodeConfig is not YAML: ${problem.message}`);
    return document.toJS() as NodeConfig; // the shape that nodeadm documents; unknown fields are none of ours
  });

/** Several documents are one: nodeadm merges them, later ones win, and flags add up. */
function readNodeConfigs(configs: readonly NodeConfig[]): BootInstructions | undefined {
  const specs = configs.map(({ spec }) => spec ?? {});
  // Both merged, field by field.
  const cluster = Object.assign({}, ...specs.map((spec) => spec.cluster)) as NonNullable<(typeof specs)[0]["cluster"]>;
  const kubelets = specs.map(({ kubelet }) => kubelet?.config ?? {});
  const config = Object.assign({}, ...kubelets) as (typeof kubelets)[number];
  if (cluster.name === undefined) return undefined;
  const flags = readKubeletFlags(specs.flatMap(({ kubelet }) => kubelet?.flags ?? []));
  return {
    family: "AL2023",
    clusterName: cluster.name,
    apiServerEndpoint: cluster.apiServerEndpoint,
    labels: flags.labels,
    taints: [...(config.registerWithTaints ?? []), ...flags.taints],
    maxPods: config.maxPods ?? flags.maxPods,
    kubeReserved: { ...flags.kubeReserved, ...config.kubeReserved },
    systemReserved: { ...flags.systemReserved, ...config.systemReserved },
    evictionHard: { ...flags.evictionHard, ...config.evictionHard },
    raid0: specs.some(({ instance }) => instance?.localStorage?.strategy === "RAID0"),
  };
}

/** `/etc/eks/bootstrap.sh <cluster> --apiserver-endpoint … --kubelet-extra-args '…'`. */
function readBootstrapScript(script: string): BootInstructions | undefined {
  const call = script
    .replaceAll("\\\n", " ")
    .split("\n")
    .find((text) => /^\s*\/etc\/eks\/bootstrap\.sh\s/.test(text));
  const [, clusterName, ...options] = shellWords(call ?? "");
  if (clusterName === undefined) return undefined;
  const option = (name: string): string | undefined => {
    const at = options.findIndex((word) => word === name || word.startsWith(`${name}=`));
    return at < 0
      ? undefined
      : options[at]?.includes("=") && options[at] !== name
        ? options[at].slice(name.length + 1)
        : options[at + 1];
  };
  return {
    family: "AL2",
    clusterName,
    apiServerEndpoint: option("--apiserver-endpoint"),
    ...readKubeletFlags(shellWords(option("--kubelet-extra-args") ?? "")),
    raid0: option("--local-disks") === "raid0",
  };
}

/** `& $EKSBootstrapScriptFile -EKSClusterName 'c' -KubeletExtraArgs '…'`. */
function readPowershell(script: string): BootInstructions | undefined {
  const option = (name: string): string | undefined => {
    const [, single, double, plain] = new RegExp(`-${name}\\s+(?:'([^']*)'|"([^"]*)"|(\\S+))`, "i").exec(script) ?? [];
    return single ?? double ?? plain;
  };
  const clusterName = option("EKSClusterName");
  if (clusterName === undefined) return undefined;
  return {
    family: "Windows",
    clusterName,
    apiServerEndpoint: option("APIServerEndpoint"),
    ...readKubeletFlags(shellWords(option("KubeletExtraArgs") ?? "")),
    raid0: false,
  };
}

/** https://bottlerocket.dev/en/os/latest/api/settings/kubernetes/ */
interface BottlerocketSettings {
  readonly settings?: {
    readonly kubernetes?: {
      readonly "cluster-name"?: string;
      readonly "api-server"?: string;
      readonly "max-pods"?: number;
      readonly "node-labels"?: Record<string, string>;
      readonly "node-taints"?: Record<string, string | readonly string[]>;
      readonly "kube-reserved"?: Record<string, string>;
      readonly "system-reserved"?: Record<string, string>;
      readonly "eviction-hard"?: Record<string, string>;
    };
    readonly "bootstrap-commands"?: Record<string, unknown>;
  };
}

function readBottlerocket(text: string): BootInstructions | undefined {
  const { settings } = parseToml(text) as BottlerocketSettings; // the shape that Bottlerocket documents
  const kubernetes = settings?.kubernetes;
  if (kubernetes?.["cluster-name"] === undefined) return undefined;
  // A taint's value is one "value:Effect" or a list of them.
  const taints = Object.entries(kubernetes["node-taints"] ?? {}).flatMap(([key, values]) =>
    [values].flat().map((value) => taintOf(`${key}=${value}`)),
  );
  return {
    family: "Bottlerocket",
    clusterName: kubernetes["cluster-name"],
    apiServerEndpoint: kubernetes["api-server"],
    labels: { ...kubernetes["node-labels"] },
    taints,
    maxPods: kubernetes["max-pods"],
    kubeReserved: { ...kubernetes["kube-reserved"] },
    systemReserved: { ...kubernetes["system-reserved"] },
    evictionHard: { ...kubernetes["eviction-hard"] },
    raid0: Object.values(settings?.["bootstrap-commands"] ?? {}).some((command) =>
      JSON.stringify(command).includes("ephemeral-storage"),
    ),
  };
}
