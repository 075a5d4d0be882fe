/** The provider's configuration (https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/). */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Difference, Properties, Value } from "../provider";
import { listAt, textAt } from "./json";

const switches = {
  deleteUnreachable: { env: "PULUMI_K8S_DELETE_UNREACHABLE", fallback: false },
  skipUpdateUnreachable: { env: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", fallback: false },
  enableServerSideApply: { env: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", fallback: true },
  enablePatchForce: { env: "PULUMI_K8S_ENABLE_PATCH_FORCE", fallback: false },
  enableConfigMapMutable: { env: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", fallback: false },
  enableSecretMutable: { env: "PULUMI_K8S_ENABLE_SECRET_MUTABLE", fallback: false },
  upsertExistingObjects: { env: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", fallback: false },
  suppressDeprecationWarnings: { env: "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS", fallback: false },
} as const;

type Switches = Readonly<Record<keyof typeof switches, boolean>>;

export interface Settings extends Switches {
  /** Contents or path; `undefined` means kubectl's own rules: KUBECONFIG, the home folder, the pod's account. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  /** Where objects go that name no namespace; `undefined` means the context's. */
  readonly namespace: string | undefined;
}

const texts = ["kubeconfig", "context", "cluster", "namespace"] as const;

/** Throws on what cannot be read and on what this provider cannot do, rather than doing something else. */
export function readSettings(config: Properties, env: NodeJS.ProcessEnv): Settings {
  if (textAt(config, "renderYamlToDirectory") !== undefined)
    throw new Error("renderYamlToDirectory is not supported here: leave it out, and objects go to the cluster");
  const [kubeconfig, context, cluster, namespace] = texts.map((name) => filled(textAt(config, name)));
  const on = Object.fromEntries(
    Object.entries(switches).map(([name, { env: variable, fallback }]) => [
      name,
      readSwitch(name, config[name] ?? env[variable], fallback),
    ]),
  ) as Switches; // Same keys as the table, by construction.
  return { kubeconfig, context, cluster, namespace, ...on };
}

const filled = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

function readSwitch(name: string, value: Value, fallback: boolean): boolean {
  if (value === undefined || value === null || value === "") return fallback;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (["true", "1"].includes(text)) return true;
  if (["false", "0"].includes(text)) return false;
  throw new Error(`provider option ${name} is "${text}": it is either true or false`);
}

/**
 * Another cluster means that every resource is to be made there anew. `clusterIdentifier` decides where it is given;
 * else the address of the cluster that the kubeconfig points to.
 */
export function diffSettings(olds: Properties, news: Properties): Difference {
  const changes = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => olds[key] !== news[key]);
  const identified = (olds["clusterIdentifier"] ?? news["clusterIdentifier"]) !== undefined;
  const deciding = identified ? "clusterIdentifier" : "kubeconfig";
  const identify = identified ? (config: Properties) => textAt(config, "clusterIdentifier") : serverOf;
  return { changes, replaces: identify(olds) === identify(news) ? [] : [deciding] };
}

function serverOf(config: Properties): string | undefined {
  const given = textAt(config, "kubeconfig");
  if (given === undefined) return undefined;
  const document = parse(existsSync(given) ? readFileSync(given, "utf8") : given) as Properties;
  const context = textAt(config, "context") ?? textAt(document, "current-context");
  const named = (list: string, name: string | undefined) =>
    listAt(document, list).find((entry) => textAt(entry, "name") === name);
  const cluster = textAt(config, "cluster") ?? textAt(named("contexts", context), "context", "cluster");
  return textAt(named("clusters", cluster), "cluster", "server");
}
