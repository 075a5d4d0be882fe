import type { Labels, ResourceList } from "#controller/api/kube-object";
import type { NodeClassRef, NodePool } from "#controller/api/node-pool";
import type { RequirementSpec } from "#controller/api/requirement";
import type { InstanceType, Offering } from "#controller/scheduling/instance-type";
import { capacityType, hostname, keyFor, holds, reservationId, type Witness, witnessesOf, zone } from "./expression";

/** What one node is, or one machine that a planned node may turn out to be, bought in one way. */
export interface Purchase {
  /** For people: "m5.large, spot in us-east-1a". */
  readonly text: string;
  /**
   * Values the label may have; one when it is settled. `mentioned` are values that the caller is going to ask about.
   */
  readonly witnesses: (key: string, mentioned?: readonly string[]) => readonly Witness[];
  readonly allocatable: ResourceList;
  readonly offering?: Offering;
}

/** An instance type with the ways in which it may be bought. */
export interface Machine {
  readonly name: string;
  readonly purchases: readonly Purchase[];
}

export type Specs = ReadonlyMap<string, readonly RequirementSpec[]>;

export function byKey(requirements: readonly RequirementSpec[]): Specs {
  const specs = new Map<string, RequirementSpec[]>();
  for (const requirement of requirements) {
    const key = keyFor(requirement.key);
    specs.set(key, [...(specs.get(key) ?? []), { ...requirement, key }]);
  }
  return specs;
}

const inOne = (key: string, value: string): RequirementSpec => ({ key, operator: "In", values: [value] });

/** The pool's own requirements and what it writes on every node. */
export const specsOfPool = ({ metadata, spec: { template } }: NodePool): Specs =>
  byKey([
    ...template.spec.requirements,
    ...Object.entries(template.metadata?.labels ?? {}).map(([key, value]) => inOne(key, value)),
    inOne("karpenter.sh/nodepool", metadata.name),
  ]);

/** What a pool writes on its nodes itself. */
const labelsOfPool = ({ metadata, spec: { template } }: NodePool): Labels => ({
  ...template.metadata?.labels,
  "karpenter.sh/nodepool": metadata.name,
  [classLabelOf(template.spec.nodeClassRef)]: template.spec.nodeClassRef.name,
});

/** `<group>/<kind in lower case>`, as Karpenter labels nodes with their class. */
const classLabelOf = ({ group, kind }: NodeClassRef): string => `${group}/${kind.toLowerCase()}`;

/** Labels that come with the machine, whoever asks for it: a machine that does not mention one will not have it. */
const machineLabel =
  /^(karpenter\.k8s\.aws\/.+|karpenter\.sh\/capacity-type|topology\.kubernetes\.io\/(zone|region)|node\.kubernetes\.io\/(instance-type|windows-build)|kubernetes\.io\/(arch|os)|topology\.k8s\.aws\/zone-id)$/;

const specsOfType = new WeakMap<InstanceType, Specs>();

export function specsOf(type: InstanceType): Specs {
  const known = specsOfType.get(type) ?? byKey(type.requirements);
  specsOfType.set(type, known);
  return known;
}

const specsOfOffering = ({ zone: where, capacityType: how, requirements = [] }: Offering): Specs =>
  byKey([inOne(zone, where), inOne(capacityType, how), ...requirements]);

/** The id of its reservation is a label of the node; others of a type of which some are reserved do not have it. */
const specOfReservation = ({ offerings }: InstanceType, { reservation }: Offering): readonly RequirementSpec[] =>
  offerings.every((each) => each.reservation === undefined)
    ? []
    : [reservation ? inOne(reservationId, reservation.id) : { key: reservationId, operator: "DoesNotExist" }];

/** What is asked of new nodes: by a claim, or by a pool when nothing has been planned yet. */
export interface Asked {
  readonly pool: NodePool;
  readonly specs: Specs;
}

/** What labels a node bought like this will have. */
function labelsOfMachine(type: InstanceType, asked: Asked, offering: Offering): Purchase["witnesses"] {
  const own = labelsOfPool(asked.pool);
  const offered = new Map([...specsOfOffering(offering), ...byKey(specOfReservation(type, offering))]);
  const offers = specsOf(type);
  return (rawKey, mentioned) => {
    const key = keyFor(rawKey);
    const claimed = asked.specs.get(key) ?? [];
    if (own[key] !== undefined) return [own[key]];
    const specs = offered.get(key) ?? offers.get(key);
    if (specs !== undefined)
      return isSettled(specs) ? (specs[0]?.values ?? []) : witnessesOf([...specs, ...claimed], mentioned);
    if (machineLabel.test(key)) return [undefined];
    return labelsOfOnesOwn(claimed, mentioned);
  };
}

const isSettled = (specs: readonly RequirementSpec[]): boolean =>
  specs.length === 1 && specs[0]?.operator === "In" && specs[0].values?.length === 1;

/**
 * A label of one's own is written on the node with some value that the claim allows, unless it may as well be absent.
 */
const labelsOfOnesOwn = (claimed: readonly RequirementSpec[], mentioned?: readonly string[]): readonly Witness[] =>
  claimed.every((spec) => holds(spec, undefined)) ? [undefined] : witnessesOf(claimed, mentioned);

/** Whether labels can meet all that is asked. */
function meets(witnesses: Purchase["witnesses"], specs: Specs): boolean {
  for (const [key, asked] of specs) {
    const mentioned = asked.flatMap(({ values = [] }) => values);
    if (key !== hostname && !witnesses(key, mentioned).some((label) => asked.every((spec) => holds(spec, label))))
      return false;
  }
  return true;
}

/** The type with every offering that is for sale and meets what is asked. */
export function machineOf(type: InstanceType, asked: Asked): Machine {
  const purchases = type.offerings
    .filter(({ available }) => available)
    .map((offering): Purchase => ({
      text: `${type.name}, ${offering.capacityType} in ${offering.zone}`,
      witnesses: labelsOfMachine(type, asked, offering),
      allocatable: { ...type.allocatable, ...offering.allocatable },
      offering,
    }))
    .filter(({ witnesses }) => meets(witnesses, asked.specs));
  return { name: type.name, purchases };
}

export const poolAllows = (pool: NodePool, { witnesses }: Purchase): boolean => meets(witnesses, specsOfPool(pool));
