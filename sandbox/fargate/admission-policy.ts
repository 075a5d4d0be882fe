import type { KubeApi } from "../control-plane/kube-api";
import { type FargateProfile, patternOf, profileLabel } from "./profiles";

/** The scheduler that nobody but us plays: the cluster's own leaves such pods alone. */
export const fargateScheduler = "fargate-scheduler";

const name = "eks-fargate";
const group = "/apis/admissionregistration.k8s.io/v1beta1";

/**
 * What EKS does by a webhook: pods that a profile wants get its label and the Fargate scheduler when they are created.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export async function applyPolicy(api: KubeApi, profiles: readonly FargateProfile[]): Promise<void> {
  const kind = { apiVersion: "admissionregistration.k8s.io/v1beta1", metadata: { name } };
  await api.apply(`${group}/mutatingadmissionpolicies/${name}`, {
    ...kind,
    kind: "MutatingAdmissionPolicy",
    spec: policy(profiles),
  });
  await api.apply(`${group}/mutatingadmissionpolicybindings/${name}`, {
    ...kind,
    kind: "MutatingAdmissionPolicyBinding",
    spec: { policyName: name },
  });
}

function policy(profiles: readonly FargateProfile[]): object {
  return {
    failurePolicy: "Fail",
    reinvocationPolicy: "Never",
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    },
    matchConditions: [
      { name: "not-of-a-daemonset", expression: notOfDaemonSet },
      { name: "wanted-by-a-profile", expression: profiles.map(wants).join(" || ") || "false" },
    ],
    mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: patch(profiles) } }],
  };
}

const notOfDaemonSet =
  "!has(object.metadata.ownerReferences) || !object.metadata.ownerReferences.exists(owner, owner.kind == 'DaemonSet')";

/** A CEL condition. */
const wants = ({ selectors }: FargateProfile): string =>
  `(${selectors.map(({ namespace, labels }) => [inNamespace(namespace), ...Object.entries(labels).map(hasLabel)].join(" && ")).join(" || ")})`;

const inNamespace = (namespace: string): string => `request.namespace.matches(${literal(patternOf(namespace))})`;

const hasLabel = ([key, value]: readonly [string, string]): string =>
  `has(object.metadata.labels) && ${literal(key)} in object.metadata.labels && object.metadata.labels[${literal(key)}].matches(${literal(patternOf(value))})`;

/** A CEL list of JSON patches. */
function patch(profiles: readonly FargateProfile[]): string {
  const profile = profiles.reduceRight((rest, each) => `${wants(each)} ? ${literal(each.name)} : (${rest})`, '""');
  const key = literal(profileLabel);
  const scheduler = `JSONPatch{op: "add", path: "/spec/schedulerName", value: ${literal(fargateScheduler)}}`;
  const label = `JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey(${key}), value: ${profile}}`;
  const labels = `JSONPatch{op: "add", path: "/metadata/labels", value: {${key}: ${profile}}}`;
  return `has(object.metadata.labels) ? [${scheduler}, ${label}] : [${scheduler}, ${labels}]`;
}

/** CEL's text literals are JSON's. */
const literal = (text: string): string => JSON.stringify(text);
