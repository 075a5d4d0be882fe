import type { Schema } from "../controller/api/schema-problems";

/** The parts of core objects that planning reads. Other fields may be there; their content counts for nothing. */
export const open = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema => ({
  type: "object",
  properties,
  required,
  "x-kubernetes-preserve-unknown-fields": true,
});
export const listOf = (items: Schema): Schema => ({ type: "array", items });
export const mapOf = (additionalProperties: Schema): Schema => ({ type: "object", additionalProperties });
export const oneOf = (...values: readonly string[]): Schema => ({ type: "string", enum: values });
export const text: Schema = { type: "string" };
export const flag: Schema = { type: "boolean" };
export const atLeast = (minimum: number): Schema => ({ type: "integer", minimum });
export const quantities = mapOf({ format: "quantity" });

const taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;
export const taint = open({ key: text, value: text, effect: oneOf(...taintEffects) }, "key", "effect");

const requirementOf = (...operators: readonly string[]): Schema =>
  open({ key: text, operator: oneOf(...operators), values: listOf(text) }, "key", "operator");

export const labelSelector = open({
  matchLabels: mapOf(text),
  matchExpressions: listOf(requirementOf("In", "NotIn", "Exists", "DoesNotExist")),
});

export const nodeRequirement = requirementOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte");
export const nodeSelectorTerm = open({
  matchExpressions: listOf(nodeRequirement),
  matchFields: listOf(nodeRequirement),
});

/** Weights of preferences are 1 to 100. */
const weight: Schema = { type: "integer", minimum: 1, maximum: 100 };

const nodeAffinity = open({
  requiredDuringSchedulingIgnoredDuringExecution: open(
    { nodeSelectorTerms: { ...listOf(nodeSelectorTerm), minItems: 1 } },
    "nodeSelectorTerms",
  ),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    open({ weight, preference: nodeSelectorTerm }, "weight", "preference"),
  ),
});

const podAffinityTerm = open(
  {
    topologyKey: { ...text, minLength: 1 },
    labelSelector,
    namespaces: listOf(text),
    namespaceSelector: labelSelector,
    matchLabelKeys: listOf(text),
    mismatchLabelKeys: listOf(text),
  },
  "topologyKey",
);
const podAffinity = open({
  requiredDuringSchedulingIgnoredDuringExecution: listOf(podAffinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    open({ weight, podAffinityTerm }, "weight", "podAffinityTerm"),
  ),
});

const spreadConstraint = open(
  {
    maxSkew: atLeast(1),
    topologyKey: { ...text, minLength: 1 },
    whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
    labelSelector,
    minDomains: atLeast(1),
    nodeAffinityPolicy: oneOf("Honor", "Ignore"),
    nodeTaintsPolicy: oneOf("Honor", "Ignore"),
    matchLabelKeys: listOf(text),
  },
  "maxSkew",
  "topologyKey",
  "whenUnsatisfiable",
);

const toleration = open({
  key: text,
  operator: oneOf("Exists", "Equal", "Lt", "Gt"),
  value: text,
  effect: oneOf("", ...taintEffects),
  tolerationSeconds: { type: "integer" },
});

const resources = open({ requests: quantities, limits: quantities });

const port: Schema = { type: "integer", minimum: 0, maximum: 65_535 };
const container = open({
  name: text,
  resources,
  ports: listOf(
    open({ containerPort: port, hostPort: port, hostIP: text, protocol: oneOf("TCP", "UDP", "SCTP") }, "containerPort"),
  ),
  restartPolicy: text,
});

const volume = open(
  {
    name: text,
    persistentVolumeClaim: open({ claimName: text }, "claimName"),
    ephemeral: open(
      { volumeClaimTemplate: open({ spec: open({ storageClassName: text, volumeName: text }) }, "spec") },
      "volumeClaimTemplate",
    ),
  },
  "name",
);

export const podSpec = open(
  {
    nodeName: text,
    schedulerName: text,
    nodeSelector: mapOf(text),
    affinity: open({ nodeAffinity, podAffinity, podAntiAffinity: podAffinity }),
    tolerations: listOf(toleration),
    topologySpreadConstraints: listOf(spreadConstraint),
    containers: { ...listOf(container), minItems: 1 },
    initContainers: listOf(container),
    overhead: quantities,
    resources,
    volumes: listOf(volume),
    priority: { type: "integer" },
    priorityClassName: text,
    preemptionPolicy: text,
    terminationGracePeriodSeconds: { type: "integer" },
    hostNetwork: flag,
    resourceClaims: listOf(open({ name: text })),
    schedulingGates: listOf(open({ name: text })),
  },
  "containers",
);
