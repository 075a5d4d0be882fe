import { toNumber } from "../../controller/api/quantity";
import type { Container, FieldReference, Place, Pod, Quantities, ResourceReference } from "./pod";

/** What a container that sets no limit has: all of its Fargate node. */
const nodeResources: Quantities = { cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" };

/**
 * A field of the pod as text (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/). Throws for what that
 * page does not list.
 */
export function fieldOf(pod: Pod, { podIp, hostIp }: Place, { fieldPath }: FieldReference): string {
  const { metadata, spec } = pod;
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(fieldPath) ?? [];
  if (map === "labels" || map === "annotations") return metadata[map]?.[key ?? ""] ?? "";
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "metadata.labels": listed(metadata.labels),
    "metadata.annotations": listed(metadata.annotations),
    "spec.nodeName": spec.nodeName,
    "spec.serviceAccountName": spec.serviceAccountName,
    "status.podIP": podIp,
    "status.podIPs": podIp,
    "status.hostIP": hostIp,
    "status.hostIPs": hostIp,
  };
  const value = fields[fieldPath];
  if (value === undefined) throw new Error(`fieldRef ${fieldPath} is not a field of the downward API`);
  return value;
}

/** `limits.memory` and the like in whole divisors, rounded up. */
export function resourceOf(container: Container, { resource, divisor = "1" }: ResourceReference): string {
  const quantity = quantityOf(container, resource);
  if (quantity === undefined)
    throw new Error(`resourceFieldRef ${resource} is no resource of container ${container.name}`);
  // An unset divisor travels as "0".
  const unit = toNumber(divisor === "0" ? "1" : divisor);
  return String(Math.ceil(toNumber(quantity) / unit));
}

function quantityOf({ resources }: Container, resource: string): string | undefined {
  const [kind, name] = resource.split(/[.](.*)/s);
  if (name === undefined) return undefined;
  return kind === "limits" ? (resources?.limits?.[name] ?? nodeResources[name]) : (resources?.requests?.[name] ?? "0");
}

const listed = (map: Readonly<Record<string, string>> = {}): string =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
    .join("\n");
