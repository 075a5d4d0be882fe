/** Which object of the cluster a resource of the program stands for. */
import { randomBytes } from "node:crypto";
import { unknown } from "../provider";
import type { Properties } from "../provider";
import { objectAt, textAt } from "./json";

export interface Kind {
  /** `v1`, `apps/v1` */
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends Kind {
  /** Absent for cluster-scoped objects, and where the default namespace is meant. */
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface ResourceKind extends Kind {
  /** A `…Patch` resource: it adds fields to an object that others own, and takes only those away again. */
  readonly isPatch: boolean;
}

/**
 * Reads the kind off the inputs, and off the type token where inputs say nothing (import, `get`):
 * `kubernetes:core/v1:ConfigMapPatch` is a patch of v1 ConfigMap.
 */
export function kindOf(type: string, inputs: Properties): ResourceKind {
  const [, groupVersion = "", token = ""] = type.split(":");
  const patched = token.endsWith("Patch") ? token.slice(0, -"Patch".length) : undefined;
  const kind = textAt(inputs, "kind") ?? patched ?? token;
  return {
    apiVersion: textAt(inputs, "apiVersion") ?? groupVersion.replace(/^core\//, ""),
    kind,
    isPatch: kind === patched,
  };
}

export const groupOf = ({ apiVersion }: Kind): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

/** `namespace/name`, or `name` for what has no namespace: the published provider's ids. */
export const idOf = (object: Properties): string => {
  const name = textAt(object, "metadata", "name") ?? "";
  const namespace = textAt(object, "metadata", "namespace");
  return namespace === undefined ? name : `${namespace}/${name}`;
};

export function refOf(kind: Kind, id: string): ObjectRef {
  const { apiVersion, kind: name } = kind;
  const slash = id.indexOf("/");
  if (slash < 0) return { apiVersion, kind: name, namespace: undefined, name: id };
  return { apiVersion, kind: name, namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** For messages: `apps/v1 Deployment kube-system/karpenter`. */
export const describe = ({ apiVersion, kind, namespace, name }: ObjectRef): string =>
  `${apiVersion} ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

const autonamed = "pulumi.com/autonamed";

/**
 * Names an object that the program leaves unnamed `<resource name>-<8 hex digits>`, and marks it, so that the next
 * run gives the same name and a replacement can exist beside what it replaces.
 */
export function withName(inputs: Properties, olds: Properties, resourceName: string): Properties {
  if (inputs["metadata"] === unknown) return inputs;
  const metadata = objectAt(inputs, "metadata");
  if (metadata["name"] !== undefined || metadata["generateName"] !== undefined) return inputs;
  const before = isAutonamed(olds) ? textAt(olds, "metadata", "name") : undefined;
  const name = before ?? `${resourceName}-${randomBytes(4).toString("hex")}`;
  const annotations = { ...objectAt(metadata, "annotations"), [autonamed]: "true" };
  return { ...inputs, metadata: { ...metadata, name, annotations } };
}

export const isAutonamed = (inputs: Properties): boolean =>
  textAt(inputs, "metadata", "annotations", autonamed) === "true";

/** Each resource manages its fields under a name of its own, so that several may share one object. */
export const newFieldManager = (): string => `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
