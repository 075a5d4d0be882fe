/**
 * Labels under Kubernetes' own domains that a kubelet may give its node.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
const allowed = new Set([
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);

const within = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

/** The labels that a kubelet refuses to start with. */
export const refusedLabels = (labels: Readonly<Record<string, string>>): string[] =>
  Object.keys(labels).filter((label) => {
    const domain = label.includes("/") ? label.slice(0, label.indexOf("/")) : "";
    if (!within(domain, "kubernetes.io") && !within(domain, "k8s.io")) return false;
    return !allowed.has(label) && !within(domain, "kubelet.kubernetes.io") && !within(domain, "node.kubernetes.io");
  });
