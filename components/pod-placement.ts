/** What a placement means for the controller's pods. What is odd about it follows upstream's chart. */
import type * as k8s from "@pulumi/kubernetes";
import type { Affinity, NodeSelectorTerm } from "../controller/api/pod";
import { controllerLabels, systemNodes } from "../controller/contract/names";
import type { ExistingPlacement, Placement } from "./placement";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Placed = Pick<PodSpec, "dnsPolicy" | "nodeSelector" | "tolerations" | "affinity" | "topologySpreadConstraints">;

export function podPlacement(placement: Placement): Placed {
  const existing: Partial<ExistingPlacement> = placement.on === "existing" ? placement : {};
  const { nodeSelector = {}, tolerations = [] } = existing;
  return {
    // CoreDNS may be waiting for a node of the controller's: what starts before it asks the VPC's resolver instead.
    dnsPolicy: placement.on === "existing" ? "ClusterFirst" : "Default",
    nodeSelector: {
      "kubernetes.io/os": "linux",
      ...(placement.on === "group" ? { [systemNodes.label.key]: systemNodes.label.value } : nodeSelector),
    },
    tolerations: [{ key: systemNodes.taint.key, operator: "Exists" }, ...tolerations.map((each) => ({ ...each }))],
    affinity: affinity(placement),
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: placement.on === "fargate" ? "ScheduleAnyway" : "DoNotSchedule",
        labelSelector: { matchLabels: controllerLabels },
      },
    ],
  };
}

function affinity(placement: Placement): PodSpec["affinity"] {
  const given: Affinity | undefined = placement.on === "existing" ? placement.affinity : undefined;
  // Every Fargate pod is alone on its node already, and Fargate asks nobody where to put it.
  const others = given ?? (placement.on === "fargate" ? {} : { podAntiAffinity: apart });
  const terms = given?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  // A plain object, which the API's input type takes but for its being read-only.
  return {
    ...others,
    nodeAffinity: {
      ...given?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.map(awayFromPools) },
    },
  } as PodSpec["affinity"];
}

/** Terms are alternatives: each has to say it. */
const awayFromPools = ({ matchExpressions = [], ...rest }: NodeSelectorTerm): NodeSelectorTerm => ({
  ...rest,
  matchExpressions: [...matchExpressions, { key: "karpenter.sh/nodepool", operator: "DoesNotExist" }],
});

const apart = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: controllerLabels } },
  ],
};
