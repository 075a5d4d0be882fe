import type { ResourceList } from "../api/kube-object";
import { type NodeOverlay, weightOf } from "../api/node-overlay";
import { canonical } from "../api/quantity";
import type { InstanceType, Offering } from "./instance-type";
import type { TypeChange } from "./overlay-decoration";
import { changesPrice, type PriceChange } from "./overlay-price";
import type { Target } from "./overlay-targets";

/**
 * Who speaks of a price or a resource: the first, being the heaviest, is heeded; the last, being the lightest, is who
 * the next one may clash with.
 */
interface Voices {
  readonly first: NodeOverlay;
  readonly last: NodeOverlay;
}

interface Entry {
  readonly prices: Map<Offering, Voices>;
  readonly resources: Map<string, Voices>;
}

/** Another overlay of the same weight that speaks of the same thing. */
export interface Clash {
  readonly with: NodeOverlay;
  /** Such as "the price of m5.large, spot in us-east-1a". */
  readonly over: string;
}

/** What overlays want of the types of one pool. They come in the order of their weights. */
export class OverlayLedger {
  readonly #entries = new Map<InstanceType, Entry>();

  /** The first thing about which a same-weight overlay has spoken before; equal words clash as well. */
  clash(overlay: NodeOverlay, { type, offerings }: Target): Clash | undefined {
    const entry = this.#entries.get(type);
    if (entry === undefined) return undefined;
    for (const offering of changesPrice(overlay.spec) ? offerings : []) {
      const before = rival(overlay, entry.prices.get(offering));
      if (before !== undefined) return { with: before, over: `the price of ${describe(type, offering)}` };
    }
    for (const resource of Object.keys(overlay.spec.capacity ?? {})) {
      const before = rival(overlay, entry.resources.get(resource));
      if (before !== undefined) return { with: before, over: `${resource} of ${type.name}` };
    }
    return undefined;
  }

  record(overlay: NodeOverlay, { type, offerings }: Target): void {
    const entry = this.#entries.get(type) ?? { prices: new Map(), resources: new Map() };
    for (const offering of changesPrice(overlay.spec) ? offerings : []) speak(entry.prices, offering, overlay);
    for (const resource of Object.keys(overlay.spec.capacity ?? {})) speak(entry.resources, resource, overlay);
    if (entry.prices.size + entry.resources.size > 0) this.#entries.set(type, entry);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  changeOf(type: InstanceType): TypeChange | undefined {
    const entry = this.#entries.get(type);
    if (entry === undefined) return undefined;
    const prices = [...entry.prices].map(([offering, { first }]) => [offering, first.spec] as const);
    return { prices: new Map<Offering, PriceChange>(prices), capacity: capacityOf(entry) };
  }
}

const rival = (overlay: NodeOverlay, voices: Voices | undefined): NodeOverlay | undefined =>
  voices !== undefined && weightOf(voices.last) === weightOf(overlay) ? voices.last : undefined;

function speak<T>(voices: Map<T, Voices>, about: T, overlay: NodeOverlay): void {
  voices.set(about, { first: voices.get(about)?.first ?? overlay, last: overlay });
}

/** As a Node's status has it: people may write a number where Kubernetes writes text. */
const capacityOf = ({ resources }: Entry): ResourceList =>
  Object.fromEntries(
    [...resources].map(([resource, { first }]) => [resource, canonical(first.spec.capacity?.[resource] ?? "0")]),
  );

const describe = ({ name }: InstanceType, { capacityType, zone }: Offering): string =>
  `${name}, ${capacityType} in ${zone}`;
