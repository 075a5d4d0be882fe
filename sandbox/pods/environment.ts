import { fieldOf, resourceOf } from "./downward";
import { expand } from "./expansion";
import type { Entries, Objects } from "./objects";
import type { Container, EnvSource, EnvVar, KeyReference, Place, Pod } from "./pod";

/** A container with all that its environment may refer to. */
export interface Context {
  readonly pod: Pod;
  readonly container: Container;
  readonly place: Place;
  readonly objects: Objects;
}

/** The variables that the container's spec gives it, in the order in which they may refer to each other. */
export async function environmentOf(context: Context): Promise<Map<string, string>> {
  const variables = new Map<string, string>();
  for (const source of context.container.envFrom ?? []) {
    for (const [key, value] of await entriesOf(source, context.objects)) {
      variables.set(`${source.prefix ?? ""}${key}`, value.toString("utf8"));
    }
  }
  for (const variable of context.container.env ?? []) {
    const value = await valueOf(variable, context);
    if (value !== undefined) variables.set(variable.name, variable.valueFrom ? value : expand(value, variables));
  }
  return variables;
}

async function entriesOf({ configMapRef, secretRef }: EnvSource, objects: Objects): Promise<Entries> {
  if (configMapRef) return objects.configMap(configMapRef.name ?? "", configMapRef.optional);
  if (secretRef) return objects.secret(secretRef.name ?? "", secretRef.optional);
  return new Map();
}

async function valueOf({ value, valueFrom }: EnvVar, context: Context): Promise<string | undefined> {
  const { pod, container, place, objects } = context;
  if (valueFrom === undefined) return value ?? "";
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return fieldOf(pod, place, fieldRef);
  if (resourceFieldRef) return resourceOf(container, resourceFieldRef);
  if (configMapKeyRef)
    return entryOf(configMapKeyRef, await objects.configMap(configMapKeyRef.name ?? "", configMapKeyRef.optional));
  if (secretKeyRef) return entryOf(secretKeyRef, await objects.secret(secretKeyRef.name ?? "", secretKeyRef.optional));
  return undefined;
}

function entryOf({ name, key, optional = false }: KeyReference, entries: Entries): string | undefined {
  const value = entries.get(key);
  if (value === undefined && !optional) throw new Error(`couldn't find key ${key} in ${name ?? ""}`);
  return value?.toString("utf8");
}
