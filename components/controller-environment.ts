import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { names } from "../controller/contract/names";
import { shown } from "../controller/contract/parsers";
import type { Setting } from "../controller/contract/settings";
import { settings } from "../controller/contract/settings";
import type { ControllerSettings } from "./controller-settings";
import { variableOf } from "./controller-settings";
import { isLater } from "./inputs";
import type { Problem } from "./problem";

type EnvVar = k8s.types.input.core.v1.EnvVar;

const byVariable = new Map<string, Setting<unknown>>(Object.values(settings).map((setting) => [setting.env, setting]));
const variables = new Map<string, string>(Object.entries(variableOf));

/** A setting's name in the environment; it may be that already. */
const variable = (name: string): string => variables.get(name) ?? name;

/** What the controller would refuse when it starts. */
export function controllerSettingsProblems(given: ControllerSettings): readonly Problem[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const reason = whyTwice(name, given) ?? whyRefused(name, value);
    return reason === undefined ? [] : [{ path: `settings.${name}`, reason }];
  });
}

function whyTwice(name: string, given: ControllerSettings): string | undefined {
  const same = variables.get(name);
  const said = Object.entries(given).some(([other, value]) => other === same && value !== undefined);
  return said ? `is the same setting as ${variable(name)}: one of them is enough` : undefined;
}

function whyRefused(name: string, value: unknown): string | undefined {
  const setting = byVariable.get(variable(name));
  if (setting === undefined) return `is no setting; known are ${[...variables.keys()].join(", ")}`;
  if (isLater(value) || (isObject(value) && Object.values(value).some(isLater))) return undefined;
  return whyOfAnotherKind(name, value) ?? whyUnreadable(setting, asText(name, value));
}

function whyOfAnotherKind(name: string, value: unknown): string | undefined {
  if (isObject(value)) return structured.has(name) ? undefined : "must not be an object";
  return variables.has(name) || typeof value === "string" ? undefined : "must be text";
}

function whyUnreadable(setting: Setting<unknown>, text: string): string | undefined {
  try {
    setting.parse(text);
    return undefined;
  } catch (error) {
    return `"${shown(text)}" is not ${error instanceof Error ? error.message : String(error)}`;
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** `NodeOverlay=true,CapacityBuffer=true` */
const gates = (value: object): string =>
  Object.entries(value)
    .map(([gate, on]) => `${gate.charAt(0).toUpperCase()}${gate.slice(1)}=${String(on)}`)
    .join(",");

/** Settings that are more than one word, and how the controller reads them. */
const structured = new Map<string, (value: object) => string>([
  ["featureGates", gates],
  ["awsFeatureGates", gates],
  ["schedulerConfig", (value) => JSON.stringify(value)],
]);

const asText = (name: string, value: unknown): string =>
  isObject(value) ? (structured.get(name)?.(value) ?? JSON.stringify(value)) : String(value);

/** The settings as the controller's environment has them. */
export const settingVariables = (given: ControllerSettings): Readonly<Record<string, pulumi.Input<string>>> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[variable(name), pulumi.output(value).apply((known) => asText(name, known))]],
    ),
  );

/** What the pod knows of itself. */
const downward: readonly EnvVar[] = [
  field("SYSTEM_NAMESPACE", "metadata.namespace"),
  field("POD_NAME", "metadata.name"),
  field("POD_UID", "metadata.uid"),
  field("POD_IP", "status.podIP"),
  resource("CPU_REQUESTS", "requests.cpu", "1m"),
  resource("MEMORY_LIMIT", "limits.memory", "1"),
];

function field(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function resource(name: string, of: string, divisor: string): EnvVar {
  return { name, valueFrom: { resourceFieldRef: { containerName: names.container, divisor, resource: of } } };
}

/** Variables by name, after what the pod knows of itself. Those without a value are left out. */
export const environment = (
  variables: Readonly<Record<string, pulumi.Input<string> | undefined>>,
): readonly EnvVar[] => [
  ...downward,
  ...Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
];
