import { labels } from "#controller/api/labels";
import { only } from "#controller/scheduling/requirement";
import { both } from "#controller/scheduling/requirements";
import type { PodClass, Wants } from "./pod-classes";
import type { Offer } from "./room";
import { type Level, levelOf } from "./zone-spread";

/** Pods of one class that go to one zone, or all of them where zones do not matter. */
export interface Part extends Wants {
  /** Position of the class. */
  readonly of: number;
  /** Undefined where zones do not matter. */
  readonly spread?: Evenness;
}

/** In a zone, of those that are to come: their number less the level of the class is at least and at most this. */
export interface Evenness {
  readonly least: number;
  readonly most: number;
}

export interface Parting {
  readonly parts: readonly Part[];
  /** Of the classes that are spread over zones. */
  readonly levels: ReadonlyMap<number, Level>;
}

/**
 * Parts classes that are spread by zone. Zones where they can be had count even if no node is there, as Karpenter has
 * it; a class stays whole if it has nodes in a zone where none can be had.
 * @param offers all that is for sale to the classes; not needed where none is spread
 */
export function partedByZone(classes: readonly PodClass[], offers: readonly Offer[]): Parting {
  const levels = new Map<number, Level>();
  const parts = classes.flatMap((podClass, of): readonly Part[] => {
    const { requests, alternatives, tolerations, spread, count } = podClass;
    const wants = { requests, tolerations, of };
    const zones = zonesFor(of, offers);
    if (spread === undefined || zones.length === 0 || [...spread.running.keys()].some((zone) => !zones.includes(zone)))
      return [{ ...wants, alternatives }];
    const { running, maxSkew } = spread;
    const there = (zone: string): number => running.get(zone) ?? 0;
    const level = levelOf(zones.map(there), count, maxSkew);
    levels.set(of, level);
    const open = zones.filter((zone) => there(zone) < level.most + maxSkew);
    return open.map((zone) => ({
      ...wants,
      alternatives: alternatives.map((wanted) => both(wanted, new Map([[labels.zone, only(labels.zone, zone)]]))),
      spread: evenness(there(zone), level, maxSkew),
    }));
  });
  return { parts, levels };
}

const zonesFor = (position: number, offers: readonly Offer[]): readonly string[] => [
  ...new Set(
    offers
      .filter(({ takes, reservation }) => takes[position] === 1 && reservation === undefined)
      .map(({ zone }) => zone),
  ),
];

/** With the running ones no fewer than the level and, unless none come, at most `maxSkew` more. */
const evenness = (there: number, level: Level, maxSkew: number): Evenness => ({
  least: -there,
  most: Math.max(maxSkew - there, -level.least),
});
