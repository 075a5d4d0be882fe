import { isTrue } from "../api/conditions";
import type { NodeClaim } from "../api/node-claim";
import type { Pod } from "../api/pod";
import { isTerminating } from "../api/pod-state";
import type { ResourceList } from "../api/kube-object";

/**
 * What this process means to do and the API server cannot show yet. All of it may be forgotten: after a restart the
 * planner waits for claims that are not launched (see snapshot.ts), and nominations only delay disruption.
 */
export class Intentions {
  readonly #launching = new Map<string, Launching>();
  readonly #nominated = new Map<string, number>();
  readonly #leaving = new Set<string>();
  #bufferUnits: ReadonlyMap<string, number> = new Map();

  /** A claim that was created for these pods. It counts until the claim is launched or gone. */
  launching(claim: NodeClaim, plan: Omit<Launching, "claim">): void {
    this.#launching.set(claim.metadata.name, { claim, ...plan });
  }

  /**
   * Forgets what is over: launches whose claim is launched, is being given up, or never showed up in a minute; claims
   * that left; nominations that have run out.
   */
  settle(find: (claim: string) => NodeClaim | undefined, nowMs: number): void {
    for (const claim of this.#leaving) if (find(claim) === undefined) this.#leaving.delete(claim);
    for (const [node, until] of this.#nominated) if (until <= nowMs) this.#nominated.delete(node);
    for (const [name, launching] of this.#launching) {
      const claim = find(name);
      if (claim === undefined ? isLost(launching, nowMs) : isOver(claim)) this.#launching.delete(name);
    }
  }

  /** The claim is gone: a watch said so. */
  forget(claim: string): void {
    this.#launching.delete(claim);
    this.#leaving.delete(claim);
  }

  get launches(): ReadonlyMap<string, Launching> {
    return this.#launching;
  }

  /** Pods are expected on this node; it is not disrupted before `untilMs`. */
  nominate(node: string, untilMs: number): void {
    this.#nominated.set(node, Math.max(untilMs, this.#nominated.get(node) ?? 0));
  }

  isNominated(node: string, nowMs: number): boolean {
    return (this.#nominated.get(node) ?? 0) > nowMs;
  }

  /**
   * How many units of buffers each node has room for, by provider id, as the last plan has it; in place of the one
   * before.
   */
  keepRoom(units: ReadonlyMap<string, number>): void {
    this.#bufferUnits = units;
  }

  /** Undefined for a node that no plan has looked at yet. */
  bufferUnitsOn(providerId: string): number | undefined {
    return this.#bufferUnits.get(providerId);
  }

  /** The claim's node is about to be disrupted: nothing is planned for it, its pods are planned elsewhere. */
  leave(claim: string): void {
    this.#leaving.add(claim);
  }

  stay(claim: string): void {
    this.#leaving.delete(claim);
  }

  isLeaving(claim: string): boolean {
    return this.#leaving.has(claim);
  }
}

export interface Launching {
  readonly claim: NodeClaim;
  /** What the claim was made for. */
  readonly pods: readonly Pod[];
  /** The most that the machine may turn out to have; counts against the pool's limits until it is known. */
  readonly capacity: ResourceList;
}

const isOver = (claim: NodeClaim): boolean => isTrue(claim, "Launched") || isTerminating(claim);

const SHOWS_UP_WITHIN_MS = 60_000;

const isLost = ({ claim }: Launching, nowMs: number): boolean =>
  nowMs > Date.parse(claim.metadata.creationTimestamp ?? "") + SHOWS_UP_WITHIN_MS;
