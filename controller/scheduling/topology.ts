import { keyOf } from "../api/kube-object";
import type { Pod } from "../api/pod";
import { isTerminal, isTerminating } from "../api/pod-state";
import { isWellKnown } from "../api/well-known";
import { remembered } from "./memo";
import { countsOnNode, type NodeFilter } from "./node-filter";
import { identityKey, type LabelKeys, namespaceOf, type PodIdentity, repels } from "./pod-identity";
import type { NodeState, Problem } from "./problem";
import { allows, someValueOf } from "./requirement";
import { ofLabels, type Requirements } from "./requirements";
import type { Scope } from "./scope";
import { TopologyGroup } from "./topology-group";
import { isAbout, isPerNode, TermReader, type TopologyTerm } from "./topology-term";
import { noTies, type Rule, type Ties } from "./ties";
import { wantedOf, type Wish } from "./wish";

/**
 * The topology rules of one problem: a group for each distinct term, with the pods that run already counted in, and the
 * ties of every kind of pod to these groups. Grows with groups × kinds of pods, not with pods.
 */
export class Topology {
  readonly reader: TermReader;
  readonly #labelKeys: LabelKeys;
  readonly #groups = new Map<string, TopologyGroup>();
  readonly #pools: readonly Scope[];
  readonly #pods: readonly Pod[];
  readonly #nodes: readonly NodeState[];
  readonly #running: readonly Kind[];
  readonly #nodeLabels = new Map<NodeState, Requirements>();
  /** Of spreads, by where they reach, which is the same object where the filter is. */
  readonly #domains = new Map<readonly Wish[], Map<string, ReadonlySet<string>>>();
  readonly #countingNodes = new Map<NodeFilter, ReadonlySet<NodeState>>();
  readonly #counted = new Map<string, readonly TopologyGroup[]>();
  readonly #contested = new Set<TopologyGroup>();
  readonly #perNode: TopologyGroup[] = [];
  readonly #values = new Map<string, readonly string[]>();
  /** Equal ties of single nodes are one object, so that pods with equal ties are packed as one. */
  readonly #nodeTies = new Map<string, Ties>();

  /**
   * @param pools an empty node of each pool
   * @param labelKeys as `labelKeysIn` says of the same problem
   */
  constructor({ pods, nodes, namespaces }: Problem, pools: readonly Scope[], labelKeys: LabelKeys) {
    this.reader = new TermReader(namespaces);
    this.#pools = pools;
    this.#pods = pods;
    this.#nodes = nodes;
    this.#labelKeys = labelKeys;
    this.#running = kindsOf(nodes, pods, labelKeys);
    for (const { pod, places } of this.#running) {
      for (const term of this.reader.repulsionsOf(pod)) this.groupOf(term).welcomeOwners(places);
    }
  }

  /** Groups whose domains are single nodes, by their position. */
  get perNode(): readonly TopologyGroup[] {
    return this.#perNode;
  }

  get hasGroups(): boolean {
    return this.#groups.size > 0;
  }

  /**
   * Groups of company in which pods count that may be the first of another: planned as the first of both, each would
   * wait for the other.
   */
  get contested(): ReadonlySet<TopologyGroup> {
    return this.#contested;
  }

  /** Groups of larger domains that do not look at every node. */
  get filtered(): readonly TopologyGroup[] {
    return [...this.#groups.values()].filter(({ perNode, term }) => perNode < 0 && term.filter !== undefined);
  }

  /** The group of a term; made, with what runs already, when it is asked for the first time. */
  groupOf(term: TopologyTerm): TopologyGroup {
    const known = this.#groups.get(term.id);
    if (known !== undefined) return known;
    const group = new TopologyGroup(term, isPerNode(term) ? this.#perNode.length : -1, this.#domainsOf(term));
    this.#groups.set(term.id, group);
    if (isPerNode(term)) this.#perNode.push(group);
    for (const { pod, places } of this.#running) {
      if (!isAbout(term, namespaceOf(pod), pod.metadata.labels)) continue;
      for (const [node, count] of places) if (this.counts(term, node)) group.welcome(node, count);
    }
    return group;
  }

  /** How pods like this one are tied, if these are their own terms. To be asked once every group is made. */
  tiesOf(pod: PodIdentity, own: readonly TopologyTerm[]): { readonly node: Ties; readonly domain: Ties } {
    if (!this.hasGroups) return { node: noTies, domain: noTies };
    const counted = this.#groupsAbout(pod);
    const groups = own.map((term) => this.groupOf(term));
    const company = groups.filter(isCompany);
    this.#contest(company, counted);
    const rules = groups.map((group): Rule => ({
      group,
      self: counted.includes(group),
      kin: company.includes(group) ? company : [group],
    }));
    return {
      node: this.#shared(tiesAmong(rules, counted, ({ perNode }) => perNode >= 0)),
      domain: tiesAmong(rules, counted, ({ perNode }) => perNode < 0),
    };
  }

  #contest(company: readonly TopologyGroup[], counted: readonly TopologyGroup[]): void {
    const mayBeFirst = company.length > 0 && company.every((group) => counted.includes(group));
    if (!mayBeFirst) return;
    for (const group of counted) if (isCompany(group) && !company.includes(group)) this.#contested.add(group);
  }

  #shared(ties: Ties): Ties {
    if (ties === noTies) return ties;
    const rules = ties.rules.map(
      ({ group, self, kin }) => `${group.perNode} ${self} ${kin.map(({ term }) => term.id).join()}`,
    );
    const key = `${rules.join()} of ${ties.counted.map(({ perNode }) => perNode).join()}`;
    const shared = this.#nodeTies.get(key) ?? ties;
    this.#nodeTies.set(key, shared);
    return shared;
  }

  #groupsAbout(pod: PodIdentity): readonly TopologyGroup[] {
    const key = identityKey(pod, this.#labelKeys);
    const known = this.#counted.get(key);
    if (known !== undefined) return known;
    const [namespace, { labels: own }] = [namespaceOf(pod), pod.metadata];
    const groups = [...this.#groups.values()].filter(({ term }) => isAbout(term, namespace, own));
    this.#counted.set(key, groups);
    return groups;
  }

  /**
   * Values of a label that new or present nodes can have, by all that is said of them: where a pool asks for any value
   * but one, another may take just that; where it leaves the label open, pods say what they want; if nobody does, nodes
   * get the value that their claims say.
   */
  valuesOf(key: string): readonly string[] {
    return remembered(this.#values, key, () => {
      const named = new Set(this.#namedFor(key));
      return [...(named.size > 0 ? named : new Set(this.#givenFor(key)))].sort();
    });
  }

  /** Pools that leave the label open but want it to be there give their nodes one value each. */
  #givenFor(key: string): readonly string[] {
    return this.#pools.flatMap(({ requirements }) => {
      const asked = requirements.get(key);
      return asked === undefined || asked.absent || isWellKnown(key) ? [] : (someValueOf(asked) ?? []);
    });
  }

  #namedFor(key: string): readonly string[] {
    const present = this.#nodes.map((node) => node.labels[key]).filter((value) => value !== undefined);
    const named = this.#pools.flatMap(({ requirements }) => [...(requirements.get(key)?.values ?? [])]);
    const wanted = isWellKnown(key) ? [] : this.#pods.flatMap((pod) => wantedOf(pod, key));
    return [...this.#pools.flatMap((pool) => pool.valuesOf(key)), ...named, ...wanted, ...present];
  }

  /**
   * Domains of a spread: of nodes that are there and count, and of nodes that could come to be where the pods may go.
   */
  #domainsOf(term: TopologyTerm): ReadonlySet<string> {
    if (term.kind !== "spread" || isPerNode(term)) return noDomains;
    const byKey = remembered(this.#domains, term.reach, () => new Map<string, ReadonlySet<string>>());
    return remembered(byKey, term.key, () => this.#findDomains(term));
  }

  #findDomains({ key, reach, filter }: TopologyTerm): ReadonlySet<string> {
    const scopes = this.#pools.flatMap((pool) => reach.map((wish) => pool.with(wish)));
    const present = this.#nodes.filter((node) => this.counts({ filter }, node)).map((node) => node.labels[key]);
    return new Set([
      ...scopes.flatMap((scope) => (scope === undefined ? [] : this.#reachedIn(scope, key))),
      ...present.filter((value) => value !== undefined),
    ]);
  }

  /** Where the pool leaves a label open, it may get any value that is known. */
  #reachedIn(scope: Scope, key: string): readonly string[] {
    const asked = scope.requirements.get(key);
    const own = scope.valuesOf(key);
    if (own.length > 0 || asked?.shape !== "except") return own;
    return this.valuesOf(key).filter((value) => allows(asked, value));
  }

  /** Whether pods on the node count for the term. */
  counts({ filter }: Pick<TopologyTerm, "filter">, node: NodeState): boolean {
    return filter === undefined || this.#counting(filter).has(node);
  }

  #counting(filter: NodeFilter): ReadonlySet<NodeState> {
    const counts = (node: NodeState): boolean => countsOnNode(filter, node, this.labelsOf(node));
    return remembered(this.#countingNodes, filter, () => new Set(this.#nodes.filter(counts)));
  }

  /** What the node's labels say. */
  labelsOf(node: NodeState): Requirements {
    return remembered(this.#nodeLabels, node, () => ofLabels(node.labels));
  }
}

const noDomains: ReadonlySet<string> = new Set();

const isCompany = ({ term }: TopologyGroup): boolean => term.kind === "affinity" && term.required;

function tiesAmong(
  rules: readonly Rule[],
  counted: readonly TopologyGroup[],
  among: (group: TopologyGroup) => boolean,
): Ties {
  const own = rules.filter(({ group }) => among(group));
  const selecting = counted.filter(among);
  if (own.length === 0 && selecting.length === 0) return noTies;
  const crowding = selecting.filter(
    ({ term }) => term.kind === "spread" && !own.some(({ group }) => group.term === term),
  );
  return {
    rules: own,
    counted: selecting,
    shunned: selecting.filter(({ repelling }) => repelling),
    crowding,
    yielding: own.length === 0 ? crowding : [],
  };
}

/** Running pods that no term could tell apart, and how many of them are where. */
interface Kind {
  readonly pod: Pod;
  readonly places: Map<NodeState, number>;
}

function kindsOf(nodes: readonly NodeState[], asking: readonly Pod[], labelKeys: LabelKeys): readonly Kind[] {
  if (labelKeys === undefined || nodes.every(({ pods }) => pods.length === 0)) return [];
  const moving = new Set(asking.map(keyOf));
  const kinds = new Map<string, Kind>();
  for (const node of nodes) {
    for (const pod of node.pods) {
      if (isTerminal(pod) || isTerminating(pod) || moving.has(keyOf(pod))) continue;
      const key = kindKey(pod, labelKeys);
      const kind = kinds.get(key) ?? { pod, places: new Map<NodeState, number>() };
      kind.places.set(node, (kind.places.get(node) ?? 0) + 1);
      kinds.set(key, kind);
    }
  }
  return [...kinds.values()];
}

const kindKey = (pod: Pod, labelKeys: LabelKeys): string =>
  identityKey(pod, labelKeys) +
  (repels(pod)
    ? JSON.stringify(pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution)
    : "");
