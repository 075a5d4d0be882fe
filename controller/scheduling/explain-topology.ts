import type { LabelSelector } from "../api/kube-object";
import type { Aim } from "./pod-class";
import type { Rule } from "./ties";
import type { TopologyGroup } from "./topology-group";
import { isPerNode, type TopologyTerm } from "./topology-term";

/** How many domains are named. */
const mostDomains = 8;

/** What other pods have to do with it: the pod's own rules, and who keeps it away. Nothing for pods without ties. */
export function explainTopology({ ties }: Aim): string | undefined {
  const rules = [...ties.domain.rules, ...ties.node.rules].map(ruleOf);
  const shunned = [...ties.domain.shunned, ...ties.node.shunned].map(
    ({ term }) => `pods with anti-affinity against ${selectionOf(term)} keep it out of their ${placeOf(term)}`,
  );
  const all = [...new Set([...rules, ...shunned])];
  return all.length === 0 ? undefined : all.join("; ");
}

const ruleOf = ({ group, self }: Rule): string => reasons[group.term.kind](group, self);

const reasons: Readonly<Record<TopologyTerm["kind"], (group: TopologyGroup, self: boolean) => string>> = {
  spread(group) {
    const { key, maxSkew, minDomains } = group.term;
    if (isPerNode(group.term)) return `no more than ${maxSkew} pods with ${selectionOf(group.term)} may share a node`;
    if (group.domains.size === 0) return `it is to be spread over ${key}, which no node has`;
    const fewer = group.domains.size < minDomains ? `, fewer domains than the ${minDomains} of minDomains` : "";
    return `it is to be spread over ${key} with maxSkew ${maxSkew}, and pods are so: ${countsOf(group)}${fewer}`;
  },
  affinity(group, self) {
    const company = `with pods of ${selectionOf(group.term)}`;
    if (group.total > 0) return `it must be in one ${placeOf(group.term)} ${company}: ${countsOf(group)}`;
    const alone = self ? "" : ", and there are none";
    return `it must be in one ${placeOf(group.term)} ${company}${alone}`;
  },
  antiAffinity: (group) =>
    `it must not be in one ${placeOf(group.term)} with pods of ${selectionOf(group.term)}: ${countsOf(group)}`,
};

const placeOf = (term: TopologyTerm): string => (isPerNode(term) ? "node" : term.key);

/** "test-zone-a 3, test-zone-b 1", the fullest first. */
function countsOf(group: TopologyGroup): string {
  if (isPerNode(group.term)) return `${group.total} in all`;
  const counts = [...new Set([...group.domains, ...group.populated])].map((domain) => ({
    domain,
    pods: group.podsIn(domain),
  }));
  const sorted = counts.sort((a, b) => b.pods - a.pods || (a.domain < b.domain ? -1 : 1));
  const named = sorted.slice(0, mostDomains).map(({ domain, pods }) => `${domain} ${pods}`);
  const more = sorted.length > mostDomains ? [`and ${sorted.length - mostDomains} more`] : [];
  return [...named, ...more].join(", ") || "no node has the label";
}

/** "app=web" for people. */
const selectionOf = ({ about }: TopologyTerm): string =>
  about.map(({ labels: selector }) => textOf(selector)).join(" and ");

function textOf(selector: LabelSelector | undefined): string {
  const { matchLabels = {}, matchExpressions = [] }: LabelSelector = selector ?? {};
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) =>
    values.length === 0 ? `${key} ${operator}` : `${key} ${operator} [${values.join(", ")}]`,
  );
  return [...labels, ...expressions].join(", ") || (selector === undefined ? "no label at all" : "any label");
}
