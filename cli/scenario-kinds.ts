import ec2NodeClasses from "../controller/api/crds/ec2nodeclasses.json";
import nodeClaims from "../controller/api/crds/nodeclaims.json";
import nodeOverlays from "../controller/api/crds/nodeoverlays.json";
import nodePools from "../controller/api/crds/nodepools.json";
import { kinds, type Kinds } from "../controller/api/kinds";
import type { Schema } from "../controller/api/schema-problems";
import {
  atLeast,
  flag,
  labelSelector,
  listOf,
  mapOf,
  nodeRequirement,
  nodeSelectorTerm,
  oneOf,
  open,
  podSpec,
  quantities,
  taint,
  text,
} from "./pod-schema";
import type { Job, StatefulSet, Workload } from "./workload";

/** Kinds that the controller reads the same way. */
type SharedKind =
  | "CSINode"
  | "DaemonSet"
  | "EC2NodeClass"
  | "Namespace"
  | "Node"
  | "NodeClaim"
  | "NodeOverlay"
  | "NodePool"
  | "PersistentVolume"
  | "PersistentVolumeClaim"
  | "Pod"
  | "PodDisruptionBudget"
  | "StorageClass";

/** What a scenario may consist of. */
export interface ScenarioKinds extends Pick<Kinds, SharedKind> {
  readonly Deployment: Workload;
  readonly ReplicaSet: Workload;
  readonly StatefulSet: StatefulSet;
  readonly Job: Job;
}

export type ScenarioKind = keyof ScenarioKinds;

export interface ScenarioKindInfo {
  readonly apiVersion: string;
  readonly namespaced: boolean;
  readonly schema: Schema;
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const name: Schema = { type: "string", pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", maxLength: 253 };

const metadata = open(
  {
    name,
    namespace: text,
    generateName: text,
    uid: text,
    generation: { type: "integer" },
    creationTimestamp: text,
    deletionTimestamp: text,
    labels: mapOf(text),
    annotations: mapOf(text),
    finalizers: listOf(text),
    ownerReferences: listOf(
      open({ apiVersion: text, kind: text, name: text, uid: text, controller: flag }, "kind", "name"),
    ),
  },
  "name",
);

const objectOf = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema =>
  open({ apiVersion: text, kind: text, metadata, ...properties }, "metadata", ...required);

const conditions = listOf(
  open({ type: text, status: oneOf("True", "False", "Unknown"), reason: text }, "type", "status"),
);

const template = open({ metadata: open({ labels: mapOf(text), annotations: mapOf(text) }), spec: podSpec }, "spec");

/** Of pods of one workload; more could not be planned in any time. */
const podCount: Schema = { ...atLeast(0), maximum: 1_000_000 };

const workload = (extra: Readonly<Record<string, Schema>> = {}): Schema =>
  objectOf({ spec: open({ replicas: podCount, selector: labelSelector, template, ...extra }, "template") }, "spec");

const claimSpec = open({ storageClassName: text, volumeName: text });

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: Schema } } };
    }[];
  };
}

/** A spec is held to what the API server holds it to; of a status only what is read, which controllers wrote. */
const custom = ({ spec: { versions } }: Definition, status: Readonly<Record<string, Schema>>): Schema =>
  objectOf(
    { spec: versions[0]?.schema.openAPIV3Schema.properties.spec ?? {}, status: open({ conditions, ...status }) },
    "spec",
  );

const schemas: Readonly<Record<ScenarioKind, Schema>> = {
  Pod: objectOf(
    {
      spec: podSpec,
      status: open({
        phase: oneOf("Pending", "Running", "Succeeded", "Failed", "Unknown"),
        conditions: listOf(open({ type: text, status: text, reason: text }, "type", "status")),
        nominatedNodeName: text,
        startTime: text,
      }),
    },
    "spec",
  ),
  Node: objectOf({
    spec: open({ providerID: text, taints: listOf(taint), unschedulable: flag }),
    status: open({ capacity: quantities, allocatable: quantities, conditions }),
  }),
  NodePool: custom(nodePools, {}),
  NodeClaim: custom(nodeClaims, { nodeName: text, providerID: text, capacity: quantities, allocatable: quantities }),
  NodeOverlay: custom(nodeOverlays, {}),
  EC2NodeClass: custom(ec2NodeClasses, {
    subnets: listOf(open({ id: text, zone: text, zoneID: text }, "id", "zone")),
    amis: listOf(open({ id: text, requirements: listOf(nodeRequirement) }, "id", "requirements")),
  }),
  DaemonSet: objectOf({ spec: open({ selector: labelSelector, template }, "template") }, "spec"),
  Deployment: workload(),
  ReplicaSet: workload(),
  StatefulSet: workload({
    ordinals: open({ start: atLeast(0) }),
    volumeClaimTemplates: listOf(open({ metadata: open({ name }, "name"), spec: claimSpec }, "metadata", "spec")),
  }),
  Job: objectOf(
    {
      spec: open(
        { parallelism: podCount, completions: atLeast(0), suspend: flag, completionMode: text, template },
        "template",
      ),
      status: open({ succeeded: atLeast(0) }),
    },
    "spec",
  ),
  PersistentVolumeClaim: objectOf(
    { spec: claimSpec, status: open({ phase: oneOf("Pending", "Bound", "Lost") }) },
    "spec",
  ),
  PersistentVolume: objectOf(
    {
      spec: open({
        nodeAffinity: open({ required: open({ nodeSelectorTerms: listOf(nodeSelectorTerm) }, "nodeSelectorTerms") }),
        csi: open({ driver: text }, "driver"),
        storageClassName: text,
      }),
    },
    "spec",
  ),
  StorageClass: objectOf(
    {
      provisioner: text,
      volumeBindingMode: oneOf("Immediate", "WaitForFirstConsumer"),
      allowedTopologies: listOf(
        open({ matchLabelExpressions: listOf(open({ key: text, values: listOf(text) }, "key", "values")) }),
      ),
    },
    "provisioner",
  ),
  CSINode: objectOf(
    {
      spec: open(
        { drivers: listOf(open({ name: text, nodeID: text, allocatable: open({ count: atLeast(0) }) }, "name")) },
        "drivers",
      ),
    },
    "spec",
  ),
  Namespace: objectOf({}),
  PodDisruptionBudget: objectOf(
    {
      spec: open({
        selector: labelSelector,
        minAvailable: { "x-kubernetes-int-or-string": true },
        maxUnavailable: { "x-kubernetes-int-or-string": true },
      }),
      status: open({ disruptionsAllowed: atLeast(0) }),
    },
    "spec",
  ),
};

const known = { ...kinds, Job: { apiVersion: "batch/v1", namespaced: true } };

export const scenarioKinds: ReadonlyMap<string, ScenarioKindInfo & { readonly kind: ScenarioKind }> = new Map(
  // The keys of a table are what its type says.
  (Object.keys(schemas) as ScenarioKind[]).map((kind) => [kind, { kind, ...known[kind], schema: schemas[kind] }]),
);
