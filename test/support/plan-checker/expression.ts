import type { NodeSelectorTerm, PodSpec } from "#controller/api/pod";
import type { Operator, RequirementSpec } from "#controller/api/requirement";
import { grouped } from "./grouped";

/** What a label may be: a value, or not there. */
export type Witness = string | undefined;

/** Old names of the same label, as the nodes' kubelets and volume drivers set them beside the new. */
const aliases: Readonly<Partial<Record<string, string>>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "topology.ebs.csi.aws.com/zone": "topology.kubernetes.io/zone",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

export const keyFor = (key: string): string => aliases[key] ?? key;

export const hostname = "kubernetes.io/hostname";
export const zone = "topology.kubernetes.io/zone";
export const capacityType = "karpenter.sh/capacity-type";
export const reservationId = "karpenter.k8s.aws/capacity-reservation-id";

const isInteger = (text: Witness): text is string => text !== undefined && /^[+-]?\d+$/.test(text);

const compared = (
  label: Witness,
  [bound]: readonly string[],
  holds: (label: number, bound: number) => boolean,
): boolean => isInteger(label) && isInteger(bound) && holds(Number(label), Number(bound));

/**
 * The rule of each operator, for the label's value
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators).
 */
const rules: Readonly<Record<Operator, (label: Witness, values: readonly string[]) => boolean>> = {
  In: (label, values) => label !== undefined && values.includes(label),
  NotIn: (label, values) => label === undefined || !values.includes(label),
  Exists: (label) => label !== undefined,
  DoesNotExist: (label) => label === undefined,
  Gt: (label, values) => compared(label, values, (a, b) => a > b),
  Gte: (label, values) => compared(label, values, (a, b) => a >= b),
  Lt: (label, values) => compared(label, values, (a, b) => a < b),
  Lte: (label, values) => compared(label, values, (a, b) => a <= b),
};

export const holds = ({ operator, values = [] }: RequirementSpec, label: Witness): boolean =>
  rules[operator](label, values);

/** Stands for every value that nobody mentions. */
export const anyOther = "any-other-value";

/**
 * Enough values to tell whether something holds for all labels that `specs` allow: every value that is mentioned, the
 * numbers around it, one that nobody mentions, and absence.
 */
export function witnessesOf(specs: readonly RequirementSpec[], mentioned: readonly string[] = []): readonly Witness[] {
  const texts = [...specs.flatMap(({ values = [] }) => values), ...mentioned];
  const numbers = texts.filter(isInteger).flatMap((text) => [Number(text) - 1, Number(text) + 1]);
  const all: readonly Witness[] = [undefined, anyOther, ...texts, ...numbers.map(String)];
  return [...new Set(all)].filter((label) => specs.every((spec) => holds(spec, label)));
}

/** Terms of which one has to be met; each is a list of expressions that all have to hold. */
export type Alternatives = readonly (readonly RequirementSpec[])[];

/** What a label may turn out to be; `mentioned` are values that are going to be asked about. */
export type Range = (key: string, mentioned: readonly string[]) => readonly Witness[];

/** Whether one of the alternatives may be met: by one value for all that it asks of a label. */
export const mayBeMet = (wishes: Alternatives, range: Range): boolean =>
  wishes.some((all) =>
    [...grouped(all, ({ key }) => keyFor(key))].every(([key, specs]) =>
      range(
        key,
        specs.flatMap(({ values = [] }) => values),
      ).some((label) => specs.every((spec) => holds(spec, label))),
    ),
  );

/** `metadata.name` is the one field a term may ask for; it is the node's name, as its hostname is here. */
const ofTerm = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): readonly RequirementSpec[] => [
  ...matchExpressions,
  ...matchFields.map((field) => ({ ...field, key: hostname })),
];

/** Where a pod may go by its node selector and required node affinity. A term without expressions meets nothing. */
export function nodeWishes({ nodeSelector = {}, affinity }: PodSpec): Alternatives {
  const selected = Object.entries(nodeSelector).map(([key, value]): RequirementSpec => ({
    key,
    operator: "In",
    values: [value],
  }));
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return [selected];
  const terms = required.nodeSelectorTerms.map(ofTerm).filter((term) => term.length > 0);
  return terms.map((term) => [...selected, ...term]);
}

/** Equal texts, equal wishes. */
export const wishesKey = ({ nodeSelector, affinity }: PodSpec): string =>
  JSON.stringify([nodeSelector, affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]);
