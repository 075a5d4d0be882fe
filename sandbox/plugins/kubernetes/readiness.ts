/** When an object is what was asked for, by kind. Kinds that are not here are ready once they are stored. */
import type { Properties, Value } from "../provider";
import { groupOf } from "./identity";
import type { Kind } from "./identity";
import { at, listAt, numberAt, objectAt, textAt } from "./json";

export type Readiness =
  | { readonly is: "ready" }
  | { readonly is: "waiting"; readonly because: string }
  /** Waiting on will not help. */
  | { readonly is: "failed"; readonly because: string };

export type Test = (object: Properties) => Readiness;

export const ready: Readiness = { is: "ready" };
export const waiting = (because: string): Readiness => ({ is: "waiting", because });
const failed = (because: string): Readiness => ({ is: "failed", because });

/** `undefined` when there is nothing to wait for. */
export const testFor = (kind: Kind): Test | undefined => tests[`${groupOf(kind)}/${kind.kind}`];

export function conditionOf(object: Properties, type: string): Value {
  return listAt(object, "status", "conditions").find((condition) => textAt(condition, "type") === type);
}

export const isTrue = (condition: Value): boolean => textAt(condition, "status") === "True";

const messageOf = (condition: Value): string =>
  [textAt(condition, "reason"), textAt(condition, "message")].filter((part) => part !== undefined).join(": ");

function deployment(object: Properties): Readiness {
  const progressing = conditionOf(object, "Progressing");
  if (textAt(progressing, "reason") === "ProgressDeadlineExceeded") return failed(messageOf(progressing));
  if (!observed(object)) return waiting("the controller has not seen this version yet");
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const [updated, total, available] = ["updatedReplicas", "replicas", "availableReplicas"].map((count) =>
    statusCount(object, count),
  ) as [number, number, number]; // As many as are named above.
  if (updated < wanted) return waiting(`${updated} of ${wanted} pods are of this version`);
  if (total > updated) return waiting(`${total - updated} pods of earlier versions are still there`);
  if (available < wanted) return waiting(`${available} of ${wanted} pods are available`);
  return ready;
}

function statefulSet(object: Properties): Readiness {
  if (!observed(object)) return waiting("the controller has not seen this version yet");
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const updated = statusCount(object, "updatedReplicas");
  if (statusCount(object, "readyReplicas") < wanted) return waiting(`fewer than ${wanted} pods are ready`);
  if (updated < wanted - partition) return waiting(`${updated} of ${wanted - partition} pods are of this version`);
  return ready;
}

function daemonSet(object: Properties): Readiness {
  if (!observed(object)) return waiting("the controller has not seen this version yet");
  const wanted = statusCount(object, "desiredNumberScheduled");
  const updated = statusCount(object, "updatedNumberScheduled");
  const available = statusCount(object, "numberAvailable");
  if (at(object, "spec", "updateStrategy", "type") !== "OnDelete" && updated < wanted)
    return waiting(`${updated} of ${wanted} pods are of this version`);
  return available < wanted ? waiting(`${available} of ${wanted} pods are available`) : ready;
}

function pod(object: Properties): Readiness {
  if (textAt(object, "status", "phase") === "Succeeded" || isTrue(conditionOf(object, "Ready"))) return ready;
  const troubles = podTroubles(object);
  if (textAt(object, "status", "phase") === "Failed") return failed(["the pod has failed", ...troubles].join("; "));
  return waiting(["the pod is not ready", ...troubles].join("; "));
}

/** What a pod says of its own accord about not running. */
export function podTroubles(object: Properties): string[] {
  const unscheduled = conditionOf(object, "PodScheduled");
  const scheduling = textAt(unscheduled, "status") === "False" ? [messageOf(unscheduled)] : [];
  const statuses = [
    ...listAt(object, "status", "initContainerStatuses"),
    ...listAt(object, "status", "containerStatuses"),
  ];
  const containers = statuses.flatMap((status) => {
    const state = [objectAt(status, "state", "waiting"), objectAt(status, "state", "terminated")]
      .map(messageOf)
      .filter((message) => message !== "" && !message.startsWith("Completed") && message !== "ContainerCreating");
    return state.map((message) => `container ${textAt(status, "name") ?? ""}: ${message}`);
  });
  return [...scheduling, ...containers];
}

function job(object: Properties): Readiness {
  const failure = conditionOf(object, "Failed");
  if (isTrue(failure)) return failed(messageOf(failure));
  if (isTrue(conditionOf(object, "Complete")) || at(object, "spec", "suspend") === true) return ready;
  return waiting(`${statusCount(object, "succeeded")} pods have completed`);
}

function service(object: Properties): Readiness {
  if (textAt(object, "spec", "type") !== "LoadBalancer") return ready;
  if (listAt(object, "status", "loadBalancer", "ingress").length > 0) return ready;
  return waiting("the load balancer has no address yet");
}

function customResourceDefinition(object: Properties): Readiness {
  const names = conditionOf(object, "NamesAccepted");
  if (textAt(names, "status") === "False") return failed(messageOf(names));
  return isTrue(conditionOf(object, "Established")) ? ready : waiting("the kind is not established yet");
}

const tests: Readonly<Record<string, Test>> = {
  "/Pod": pod,
  "/Service": service,
  "apiextensions.k8s.io/CustomResourceDefinition": customResourceDefinition,
  "apps/DaemonSet": daemonSet,
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "batch/Job": job,
};

const observed = (object: Properties): boolean =>
  statusCount(object, "observedGeneration") >= (numberAt(object, "metadata", "generation") ?? 0);

const statusCount = (object: Properties, count: string): number => numberAt(object, "status", count) ?? 0;
