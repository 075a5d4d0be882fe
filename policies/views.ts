/** What rules look at: pools, classes and the stack around them, in the API's words, as far as they are known. */
import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import type { ResourceList } from "../controller/api/kube-object";
import type { Budget, NodeClassRef, NodePoolSpec } from "../controller/api/node-pool";
import type { RequirementSpec } from "../controller/api/requirement";
import { isLater, later, type Later, type Seen } from "./later";

/** What a rule may need to know of where an object is made. */
export interface Place {
  /** The stack's name, by which production is told from the rest. */
  readonly stack: string;
}

export interface PoolView extends Place {
  readonly limits: Seen<ResourceList | undefined>;
  readonly budgets: Seen<readonly Budget[] | undefined>;
  readonly nodeClassRef: Seen<NodeClassRef | undefined>;
  readonly requirements: Seen<readonly RequirementSpec[] | undefined>;
  readonly expireAfter: Seen<string | undefined>;
  readonly terminationGracePeriod: Seen<string | undefined>;
}

const classFields = [
  "amiSelectorTerms",
  "associatePublicIPAddress",
  "blockDeviceMappings",
  "capacityReservationSelectorTerms",
  "instanceProfile",
  "metadataOptions",
  "role",
  "securityGroupSelectorTerms",
  "subnetSelectorTerms",
  "tags",
] as const satisfies readonly (keyof EC2NodeClassSpec)[];

export type ClassView = Place & {
  readonly [Field in (typeof classFields)[number]]: Seen<EC2NodeClassSpec[Field] | undefined>;
};

/** Everything that one stack makes. */
export interface StackView {
  readonly pools: readonly PoolInStack[];
  /** Names of the classes. */
  readonly classes: readonly Seen<string>[];
  readonly controllers: readonly ControllerView[];
}

export interface PoolInStack {
  /** By which the engine knows it, to say whose violation it is. */
  readonly urn: string;
  readonly view: PoolView;
  /** Whether its spec is made from outputs of a class of this stack. */
  readonly followsClass: boolean;
}

export interface ControllerView {
  readonly urn: string;
  /** The queue that it listens to. */
  readonly interruptionQueue: Seen<string | undefined>;
}

export function poolView(spec: Seen<NodePoolSpec | undefined>, { stack }: Place): PoolView {
  const disruption = fieldOf(spec, "disruption");
  const template = fieldOf(fieldOf(spec, "template"), "spec");
  return {
    stack,
    limits: fieldOf(spec, "limits"),
    budgets: fieldOf(disruption, "budgets"),
    nodeClassRef: fieldOf(template, "nodeClassRef"),
    requirements: fieldOf(template, "requirements"),
    expireAfter: fieldOf(template, "expireAfter"),
    terminationGracePeriod: fieldOf(template, "terminationGracePeriod"),
  };
}

export function classView(spec: Seen<EC2NodeClassSpec | undefined>, { stack }: Place): ClassView {
  const fields = classFields.map((field) => [field, fieldOf(spec, field)] as const);
  // One entry for each field of the view, each read off the field of that name.
  return { stack, ...Object.fromEntries(fields) } as ClassView;
}

/** A field of what may not be there, or not yet. */
export function fieldOf<T extends object, Field extends keyof T>(
  object: Later | T | undefined,
  field: Field,
): T[Field] | Later | undefined {
  return object === undefined || isLater(object) ? (object === undefined ? undefined : later) : object[field];
}
