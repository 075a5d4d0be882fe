import { withoutCompany } from "./company";
import { record, type Spot } from "./counting";
import { isLost } from "./domain-choice";
import type { Share } from "./draft";
import { type Hosts, type Site, sitesOf } from "./site";
import type { TopologyGroup } from "./topology-group";

/**
 * Takes pods off nodes again where their rules no longer hold, since others that were to be elsewhere or with them
 * found no place: a limit was reached, or too few kinds of machines were left. Says whether there were any.
 * @param groups where pods are fewer than when those on the nodes were dealt out
 */
export function withdraw(hosts: Hosts, groups: ReadonlySet<TopologyGroup>): boolean {
  const suspect = new Set(groups);
  let withdrawn = false;
  while (suspect.size > 0 && (thinOutAll(hosts, suspect) || partLonely(hosts, suspect))) withdrawn = true;
  return withdrawn;
}

function thinOutAll(hosts: Hosts, suspect: Set<TopologyGroup>): boolean {
  let withdrawn = false;
  for (const site of sitesOf(hosts)) {
    if (!thinOut(site, suspect)) continue;
    withdrawn = true;
    site.tidy();
  }
  return withdrawn;
}

/** Takes off whoever has none but such for company that have nobody else in turn. */
function partLonely(hosts: Hosts, suspect: Set<TopologyGroup>): boolean {
  if (![...suspect].some(({ term }) => term.kind === "affinity")) return false;
  const lonely = withoutCompany(sitesOf(hosts));
  for (const { site, share } of lonely) {
    for (const group of share.ask.domainTies.counted) suspect.add(group);
    remove(site, share, share.pods.length);
    site.tidy();
  }
  return lonely.length > 0;
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
      remove(site, share, 1);
      for (const group of domainTies.counted) suspect.add(group);
      taken = true;
    }
  }
  return taken;
}

function remove({ host, spot }: Site, share: Share, count: number): void {
  record(share.ask.domainTies, -count, spotAsCounted(spot(), share.ask));
  host.remove(share, count);
}

/**
 * Pods for which a key was left open were not counted by it, whatever their node turned out to be, but by a recount.
 */
function spotAsCounted(spot: Spot, { option }: Share["ask"]): Spot {
  if (spot.isThere || option?.isOpen !== true) return spot;
  const isKnown = ({ term: { filter, key } }: TopologyGroup): boolean => filter !== undefined || option.values.has(key);
  return { ...spot, counts: (group) => isKnown(group) && spot.counts(group) };
}
