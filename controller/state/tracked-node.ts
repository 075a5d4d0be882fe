import { conditionOf, isTrue } from "../api/conditions";
import type { Labels, ResourceList, Taint } from "../api/kube-object";
import { labels } from "../api/labels";
import type { Node } from "../api/node";
import type { NodeClaim } from "../api/node-claim";
import { isInitialized, isRegistered } from "../api/node-state";
import type { Pod } from "../api/pod";
import { isPositive } from "../api/resource-list";
import { isEphemeral, isSameTaint } from "../api/taints";

/** A machine as the cluster knows it: its claim, its node once it joined, and the pods bound to it. */
export interface TrackedNode {
  /** The node's name, or the claim's until the node has joined. */
  readonly name: string;
  readonly claim: NodeClaim | undefined;
  readonly node: Node | undefined;
  readonly pods: readonly Pod[];
  /** Name of its pool; undefined for nodes that are not ours. */
  readonly pool: string | undefined;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly launched: boolean;
  readonly initialized: boolean;
  /** On its way out, or meant to be: nothing new is planned for it, and its pods need another place. */
  readonly leaving: boolean;
}

interface Halves {
  readonly claim?: NodeClaim | undefined;
  readonly node?: Node | undefined;
}

interface Circumstances {
  /** When this was seen, in milliseconds since the epoch. */
  readonly at: number;
  /** Whether the claim is meant to go. */
  readonly isMarked: (claim: string) => boolean;
}

/** What a tracked node follows from, besides its node, which it is found by, or its claim while there is no node. */
interface Facts {
  readonly claim: NodeClaim | undefined;
  readonly pods: readonly Pod[];
  readonly leaving: boolean;
  readonly expectedBack: boolean;
}

const lastSeen = new WeakMap<Node | NodeClaim, { readonly facts: Facts; readonly tracked: TrackedNode }>();

/**
 * Claim and node as one thing; the claim speaks until the node is registered. While nothing about it changes it is
 * the same object, so that of a large cluster only what changed needs to be looked at again.
 */
export function trackedNode(halves: Halves, pods: readonly Pod[], { at, isMarked }: Circumstances): TrackedNode {
  const { claim, node } = halves;
  const facts: Facts = {
    ...{ claim, pods, expectedBack: isExpectedBack(node, at) },
    leaving: isGoing(halves) || (claim !== undefined && isMarked(claim.metadata.name)),
  };
  const key = node ?? claim;
  const before = key && lastSeen.get(key);
  if (before && areSame(before.facts, facts)) return before.tracked;
  const tracked = joined(halves, facts);
  if (key) lastSeen.set(key, { facts, tracked });
  return tracked;
}

const areSame = (some: Facts, others: Facts): boolean =>
  some.claim === others.claim &&
  some.leaving === others.leaving &&
  some.expectedBack === others.expectedBack &&
  some.pods.length === others.pods.length &&
  some.pods.every((pod, index) => pod === others.pods[index]);

function joined(halves: Halves, { pods, leaving, expectedBack }: Facts): TrackedNode {
  const { claim, node } = halves;
  const own = speakerOf(halves)?.metadata.labels ?? {};
  const initialized = isInitializedNode(halves);
  return {
    name: nameOf(halves),
    claim,
    node,
    pods,
    pool: own[labels.nodePool],
    labels: { ...node?.metadata.labels, ...own },
    annotations: speakerOf(halves)?.metadata.annotations ?? {},
    taints: taintsOf(halves, initialized, expectedBack),
    capacity: resourcesOf(halves, "capacity"),
    allocatable: resourcesOf(halves, "allocatable"),
    launched: claim === undefined || isTrue(claim, "Launched"),
    initialized,
    leaving,
  };
}

/** A node of somebody else's counts as it is. */
const isInitializedNode = ({ claim, node }: Halves): boolean =>
  node !== undefined && (claim === undefined || isInitialized(node));

const nameOf = ({ claim, node }: Halves): string => (node ?? claim)?.metadata.name ?? "";

/** Whose labels and annotations count. */
const speakerOf = ({ claim, node }: Halves): Node | NodeClaim | undefined =>
  node !== undefined && isRegistered(node) ? node : (claim ?? node);

function isGoing({ claim, node }: Halves): boolean {
  if (claim === undefined) return node?.metadata.deletionTimestamp !== undefined;
  return claim.metadata.deletionTimestamp !== undefined || conditionOf(claim, "InstanceTerminating") !== undefined;
}

/**
 * While the node comes up, taints that will go by themselves do not count. Once it was up, a startup taint is there for
 * another reason and does; that the node is not ready counts when it does not pass.
 */
function taintsOf(halves: Halves, initialized: boolean, expectedBack: boolean): readonly Taint[] {
  const { claim } = halves;
  const present = speakerOf(halves)?.spec.taints ?? [];
  if (initialized) return expectedBack ? present.filter((taint) => !isEphemeral(taint)) : present;
  const startup = claim?.spec.startupTaints ?? [];
  return present.filter((taint) => !isEphemeral(taint) && !startup.some((other) => isSameTaint(other, taint)));
}

/** Longer than a reboot takes. Pods that wait for the node meanwhile are not given another one. */
const BACK_WITHIN_MS = 2 * 60_000;

/** Whether the node stopped being ready only just now. */
function isExpectedBack(node: Node | undefined, at: number): boolean {
  const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined || ready.status === "True") return false;
  return at < Date.parse(ready.lastTransitionTime ?? "") + BACK_WITHIN_MS;
}

/** What the node reports, with what the claim promised in place of what it does not report yet. */
function resourcesOf(halves: Halves, field: "capacity" | "allocatable"): ResourceList {
  const reported = halves.node?.status?.[field] ?? {};
  if (isInitializedNode(halves)) return reported;
  const promised = Object.entries(halves.claim?.status?.[field] ?? {});
  return { ...reported, ...Object.fromEntries(promised.filter(([name]) => !isPositive(reported[name] ?? "0"))) };
}
