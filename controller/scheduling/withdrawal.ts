import { record, type Spot, spotOfDraft } from "./counting";
import { isLost } from "./domain-choice";
import type { Share } from "./draft";
import type { ExistingNode } from "./existing-node";
import type { PoolPlan } from "./pool-plan";
import type { Occupancy } from "./ties";
import type { TopologyGroup } from "./topology-group";

/** A node to which pods are to go. */
interface Host {
  readonly shares: readonly Share[];
  readonly occupancy: Occupancy;
  remove(share: Share, count: number): void;
}

/** A host, and where its pods are counted now. */
interface Site {
  readonly host: Host;
  readonly spot: () => Spot;
}

interface Hosts {
  readonly nodes: readonly ExistingNode[];
  readonly pools: readonly PoolPlan[];
}

/**
 * Takes pods off nodes again where their rules no longer hold, since others that were to be elsewhere or with them found no
 * place: a limit was reached, or too few kinds of machines were left. Says whether there were any.
 * @param groups where pods are fewer than when those on the nodes were dealt out
 */
export function withdraw(hosts: Hosts, groups: ReadonlySet<TopologyGroup>): boolean {
  const suspect = new Set(groups);
  let withdrawn = false;
  while (suspect.size > 0 && thinOutAll(hosts, suspect)) withdrawn = true;
  return withdrawn;
}

function thinOutAll({ nodes, pools }: Hosts, suspect: Set<TopologyGroup>): boolean {
  let withdrawn = false;
  for (const pool of pools) {
    for (const draft of [...pool.drafts]) {
      if (!thinOut({ host: draft, spot: () => spotOfDraft(pool, draft) }, suspect)) continue;
      withdrawn = true;
      if (draft.shares.length === 0) pool.close(draft);
    }
  }
  for (const node of nodes) withdrawn = thinOut({ host: node, spot: () => node.spot }, suspect) || withdrawn;
  return withdrawn;
}

function thinOut(site: Site, suspect: Set<TopologyGroup>): boolean {
  if (!takeOff(site, suspect, hasLostPlace)) return false;
  while (takeOff(site, suspect, hasLostCompany));
  return true;
}

type Judgement = (site: Site, share: Share, suspect: ReadonlySet<TopologyGroup>) => boolean;

const hasLostPlace: Judgement = ({ spot }, { ask }, suspect) => {
  const { values } = spot();
  return ask.domainTies.rules.some(
    (rule) => rule.group.term.required && suspect.has(rule.group) && isLost(rule, values.get(rule.group.term.key)),
  );
};

const hasLostCompany: Judgement = ({ host }, { ask }) => host.occupancy.leavesAlone(ask.nodeTies);

/** Takes the pods that must not stay off a node, one by one; whether there were any. */
function takeOff(site: Site, suspect: Set<TopologyGroup>, mustGo: Judgement): boolean {
  let taken = false;
  for (const share of [...site.host.shares]) {
    const { domainTies } = share.ask;
    while (share.pods.length > 0 && mustGo(site, share, suspect)) {
      record(domainTies, -1, site.spot());
      site.host.remove(share, 1);
      for (const group of domainTies.counted) suspect.add(group);
      taken = true;
    }
  }
  return taken;
}
