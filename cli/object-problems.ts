import type { PodTemplateSpec } from "../controller/api/workloads";
import type { LabelSelector } from "../controller/api/kube-object";
import { selects } from "../controller/api/label-selector";
import type { NodePool } from "../controller/api/node-pool";
import type { Container, NodeSelectorTerm, PodSpec, ResourceRequirements } from "../controller/api/pod";
import { parseQuantity } from "../controller/api/quantity";
import type { RequirementSpec } from "../controller/api/requirement";
import type { SchemaProblem } from "../controller/api/schema-problems";
import { problemsOfOverlay } from "../controller/api/validate-node-overlay";
import { problemsOf as problemsOfPool } from "../controller/api/validate-node-pool";
import { problemsOfNodeClass } from "./node-class-problems";
import type { ScenarioKind, ScenarioKinds } from "./scenario-kinds";

type Problems = readonly SchemaProblem[];

type Check<K extends ScenarioKind> = (object: ScenarioKinds[K]) => Problems;

/** What schemas cannot say. */
const checks: { readonly [K in ScenarioKind]?: Check<K> } = {
  Pod: ({ spec }) => problemsOfPodSpec(spec, "spec"),
  DaemonSet: problemsOfWorkload,
  Deployment: problemsOfWorkload,
  ReplicaSet: problemsOfWorkload,
  StatefulSet: problemsOfWorkload,
  Job: problemsOfWorkload,
  NodePool: (pool) => [...inFields(problemsOfPool(pool)), ...problemsOfClassRef(pool)],
  EC2NodeClass: problemsOfNodeClass,
  NodeOverlay: (overlay) => inFields(problemsOfOverlay(overlay)),
  NodeClaim: ({ spec }) =>
    spec.requirements.flatMap((each, i) => problemsOfExpression(each, `spec.requirements[${i}]`)),
};

/** What is wrong with an object that passed the schema of its kind; empty when all is well. */
export function problemsOf<K extends ScenarioKind>(kind: K, object: ScenarioKinds[K]): Problems {
  const check: Check<K> | undefined = checks[kind];
  return check?.(object) ?? [];
}

interface SelectingWorkload {
  readonly spec: { readonly selector?: LabelSelector; readonly template: PodTemplateSpec };
}

function problemsOfWorkload({ spec: { selector, template } }: SelectingWorkload): Problems {
  const isStrange = selector !== undefined && !selects(selector, template.metadata?.labels);
  return [
    ...(isStrange ? [{ path: "spec.selector", reason: "does not select the labels of spec.template" }] : []),
    ...problemsOfPodSpec(template.spec, "spec.template.spec"),
  ];
}

/** The controller's own words are `field: what is wrong`. */
const inFields = (problems: readonly string[]): Problems =>
  problems.map((problem) => {
    const [path = "", ...reason] = problem.split(": ");
    return { path, reason: reason.join(": ") };
  });

function problemsOfClassRef({ spec }: NodePool): Problems {
  const { group, kind } = spec.template.spec.nodeClassRef;
  if (group === "karpenter.k8s.aws" && kind === "EC2NodeClass") return [];
  return [
    { path: "spec.template.spec.nodeClassRef", reason: "must be of group karpenter.k8s.aws and kind EC2NodeClass" },
  ];
}

function problemsOfPodSpec(spec: PodSpec, path: string): Problems {
  const { containers, initContainers = [], resources, affinity, topologySpreadConstraints = [] } = spec;
  return [
    ...containers.flatMap((each, i) => problemsOfContainer(each, `${path}.containers[${i}]`)),
    ...initContainers.flatMap((each, i) => problemsOfContainer(each, `${path}.initContainers[${i}]`)),
    ...problemsOfResources(resources, `${path}.resources`),
    ...(affinity === undefined ? [] : problemsOfAffinity(affinity, `${path}.affinity`)),
    ...topologySpreadConstraints.flatMap(({ labelSelector }, i) =>
      problemsOfSelector(labelSelector, `${path}.topologySpreadConstraints[${i}].labelSelector`),
    ),
  ];
}

const problemsOfContainer = ({ resources }: Container, path: string): Problems =>
  problemsOfResources(resources, `${path}.resources`);

function problemsOfResources({ requests = {}, limits = {} }: ResourceRequirements = {}, path: string): Problems {
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined || parseQuantity(request).nanos <= parseQuantity(limit).nanos) return [];
    return [{ path: `${path}.requests.${name}`, reason: `is ${request}, more than its limit of ${limit}` }];
  });
}

function problemsOfAffinity(
  { nodeAffinity = {}, podAffinity = {}, podAntiAffinity = {} }: NonNullable<PodSpec["affinity"]>,
  path: string,
): Problems {
  const { requiredDuringSchedulingIgnoredDuringExecution: required } = nodeAffinity;
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = nodeAffinity;
  const at = `${path}.nodeAffinity`;
  return [
    ...(required?.nodeSelectorTerms ?? []).flatMap((term, i) =>
      problemsOfTerm(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`),
    ),
    ...preferred.flatMap(({ preference }, i) =>
      problemsOfTerm(preference, `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`),
    ),
    ...problemsOfPodAffinity(podAffinity, `${path}.podAffinity`),
    ...problemsOfPodAffinity(podAntiAffinity, `${path}.podAntiAffinity`),
  ];
}

function problemsOfPodAffinity(
  affinity: NonNullable<NonNullable<PodSpec["affinity"]>["podAffinity"]>,
  path: string,
): Problems {
  const { requiredDuringSchedulingIgnoredDuringExecution: required = [] } = affinity;
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = affinity;
  const terms = [
    ...required.map((term, i) => ({ term, at: `requiredDuringSchedulingIgnoredDuringExecution[${i}]` })),
    ...preferred.map(({ podAffinityTerm: term }, i) => ({
      ...{ term, at: `preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm` },
    })),
  ];
  return terms.flatMap(({ term, at }) => [
    ...problemsOfSelector(term.labelSelector, `${path}.${at}.labelSelector`),
    ...problemsOfSelector(term.namespaceSelector, `${path}.${at}.namespaceSelector`),
  ]);
}

const problemsOfTerm = ({ matchExpressions = [] }: NodeSelectorTerm, path: string): Problems =>
  matchExpressions.flatMap((expression, i) => problemsOfExpression(expression, `${path}.matchExpressions[${i}]`));

const problemsOfSelector = ({ matchExpressions = [] }: LabelSelector = {}, path: string): Problems =>
  matchExpressions.flatMap((expression, i) => problemsOfExpression(expression, `${path}.matchExpressions[${i}]`));

/** How many values each operator takes. */
function problemsOfExpression({ operator, values = [] }: Omit<RequirementSpec, "minValues">, path: string): Problems {
  const reason = problemWithValues[operator](values);
  return reason === undefined ? [] : [{ path: `${path}.values`, reason: `${reason} (operator ${operator})` }];
}

type Operator = RequirementSpec["operator"];

const some = (values: readonly string[]): string | undefined =>
  values.length === 0 ? "must name at least one value" : undefined;
const none = (values: readonly string[]): string | undefined => (values.length > 0 ? "must be left out" : undefined);
const oneNumber = ([bound = "", ...more]: readonly string[]): string | undefined =>
  more.length === 0 && /^-?\d+$/.test(bound) ? undefined : "must be one whole number, as text";

/** What is wrong with the values of each operator, if anything. */
export const problemWithValues: Readonly<Record<Operator, (values: readonly string[]) => string | undefined>> = {
  ...{ In: some, NotIn: some, Exists: none, DoesNotExist: none },
  ...{ Gt: oneNumber, Gte: oneNumber, Lt: oneNumber, Lte: oneNumber },
};
