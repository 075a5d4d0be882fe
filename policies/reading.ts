/** From what the engine tells a policy to what rules look at. */
import type { PolicyResource } from "@pulumi/policy";
import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import type { NodePoolSpec } from "../controller/api/node-pool";
import { controllerLabels } from "../controller/contract/names";
import { settings } from "../controller/contract/settings";
import { isLater, later, type Seen } from "./later";
import {
  type ClassView,
  classView,
  type ControllerView,
  type PoolInStack,
  poolView,
  type PoolView,
  type StackView,
} from "./views";

/** Types under which the kubernetes provider makes the objects, whoever asks it to. */
export const types = {
  pool: "kubernetes:karpenter.sh/v1:NodePool",
  class: "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
  deployment: "kubernetes:apps/v1:Deployment",
} as const;

/** A resource as validations of one and of all are told it. */
type Told = Pick<PolicyResource, "urn" | "props">;

// What a view says is what the API server's schema says, which holds whatever gets through it.
export const poolOf = ({ urn, props }: Told): PoolView =>
  poolView(seen(props, "spec") as Seen<NodePoolSpec | undefined>, { stack: stackOf(urn) });

export const classOf = ({ urn, props }: Told): ClassView =>
  classView(seen(props, "spec") as Seen<EC2NodeClassSpec | undefined>, { stack: stackOf(urn) });

export const stackViewOf = (resources: readonly PolicyResource[]): StackView => ({
  pools: resources.filter(({ type }) => type === types.pool).map(poolInStack),
  classes: resources.filter(({ type }) => type === types.class).map(nameOf),
  controllers: resources.filter(isController).map(controllerOf),
});

/** `urn:pulumi:<stack>::<project>::<type>::<name>` */
const stackOf = (urn: string): string => urn.split(":")[2] ?? "";

function poolInStack(resource: PolicyResource): PoolInStack {
  const { spec = [] } = resource.propertyDependencies;
  return { urn: resource.urn, view: poolOf(resource), followsClass: spec.some(({ type }) => type === types.class) };
}

const nameOf = ({ props }: Told): Seen<string> => {
  const name = within(seen(props, "metadata"), "name");
  return typeof name === "string" ? name : later;
};

const isController = ({ type, props }: PolicyResource): boolean =>
  type === types.deployment &&
  within(seen(props, "metadata"), "labels", "app.kubernetes.io/name") === controllerLabels["app.kubernetes.io/name"];

function controllerOf({ urn, props }: PolicyResource): ControllerView {
  const containers = within(seen(props, "spec"), "template", "spec", "containers");
  const env = list(containers).map((container) => within(container, "env"));
  if ([containers, ...env].some(isLater)) return { urn, interruptionQueue: later };
  const name = settings.interruptionQueue.env;
  const variable = env.flatMap(list).find((each) => within(each, "name") === name);
  const value = within(variable, "value");
  return { urn, interruptionQueue: typeof value === "string" || isLater(value) ? value : undefined };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function within(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at, field) => {
    if (isLater(at)) return later;
    return typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[field] : undefined;
  }, value);
}

/** A property, copied; where it, or a part of it, is not known yet, `later`. */
function seen(from: object, field: string): unknown {
  const value = read(from, field);
  if (typeof value !== "object" || value === null) return value;
  // Not by walking over it, which would read what may not be known.
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => seen(value, String(index)));
  return Object.fromEntries(Object.keys(value).map((key) => [key, seen(value, key)]));
}

/** To read what is not known throws, wherever it is read, and by this name; the class itself is not exported. */
function read(from: object, field: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>>)[field];
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return later;
    throw error;
  }
}
