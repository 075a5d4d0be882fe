import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { names } from "../controller/contract/names";
import { shown } from "../controller/contract/parsers";
import type { Setting, SettingName } from "../controller/contract/settings";
import { settings } from "../controller/contract/settings";
import type { Problem } from "./problem";

type EnvVar = k8s.types.input.core.v1.EnvVar;

/** The controller's settings under their environment names; see `controller/contract/settings.ts`. */
export type ControllerSettings = Readonly<Partial<Record<(typeof settings)[SettingName]["env"], pulumi.Input<string>>>>;

const byEnv = new Map<string, Setting<unknown>>(Object.values(settings).map((setting) => [setting.env, setting]));

/** What the controller would refuse when it starts. */
export function controllerSettingsProblems(given: ControllerSettings): readonly Problem[] {
  return Object.entries(given).flatMap(([env, value]) => {
    const reason = whyRefused(env, value);
    return reason === undefined ? [] : [{ path: `settings.${env}`, reason }];
  });
}

function whyRefused(env: string, value: unknown): string | undefined {
  const setting = byEnv.get(env);
  if (setting === undefined) return `is no setting; known are ${[...byEnv.keys()].join(", ")}`;
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return undefined;
  if (typeof value !== "string") return `must be text, such as "${setting.fallback ?? ""}"`;
  try {
    setting.parse(value);
    return undefined;
  } catch (error) {
    return `"${shown(value)}" is not ${error instanceof Error ? error.message : String(error)}`;
  }
}

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
