import { createHash } from "node:crypto";
import type { EC2NodeClass } from "../api/ec2-node-class";
import type { Labels } from "../api/kube-object";
import { annotations, labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import { toUnits } from "../api/quantity";
import { tags } from "../contract/tags";
import type { Clock } from "../ports/clock";
import { InsufficientCapacityError } from "../ports/errors";
import type { Log } from "../ports/log";
import type { InstanceType, Offering } from "../scheduling/instance-type";
import { codeOf } from "./aws-errors";
import type { CapacityReservations } from "./capacity-reservations";
import type { ClusterFacts } from "./eks-api";
import type { Subnet } from "./ec2-discovery-api";
import type { Ec2LaunchApi, FleetAnswer, FleetMarket, FleetOverride, FleetRequest } from "./ec2-launch-api";
import type { InstanceProfiles } from "./instance-profiles";
import { choicesFor } from "./launch-choices";
import { createError, learnFrom } from "./launch-failures";
import { planTemplates, type LaunchSubject, type PlannedTemplate } from "./launch-plan";
import { targetOf, type ReservationTarget } from "./reservation-target";
import { CLAIM_UID_TAG, launchTags } from "./launch-tags";
import type { LaunchTemplates } from "./launch-templates";
import { lotsOf, type Lot } from "./lots";
import type { Subnets } from "./subnets";
import type { UnavailableOfferings } from "./unavailable-offerings";
import type { Metrics } from "../ports/metrics";

export interface LaunchDeps {
  readonly ec2: Pick<Ec2LaunchApi, "createFleet">;
  readonly templates: LaunchTemplates;
  readonly profiles: InstanceProfiles;
  readonly subnets: Subnets;
  readonly unavailable: UnavailableOfferings;
  /** Without them machines run in any open reservation that suits, unasked. */
  readonly reservations?: CapacityReservations | undefined;
  readonly cluster: () => Promise<ClusterFacts>;
  readonly clusterDns?: string;
  readonly clusterName: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What came of a launch. */
export interface Launched extends FleetOverride {
  readonly instanceId: string;
  readonly capacityType: Offering["capacityType"];
  /** For `reserved`: where it runs. */
  readonly reservation?: ReservationTarget;
  readonly instanceProfile: string;
  readonly tags: Labels;
}

/** Asks EC2 for one machine, of whichever of the claim's types it can sell. */
export class Launches {
  readonly #deps: LaunchDeps;

  constructor(deps: LaunchDeps) {
    this.#deps = deps;
  }

  /** @throws InsufficientCapacityError, CreateError */
  async launch(claim: NodeClaim, nodeClass: EC2NodeClass, types: readonly InstanceType[]): Promise<Launched> {
    const lots = lotsOf(choicesFor(claim, types));
    // Before anything is waited for: nobody else may count on what this launch takes.
    const giveBack = this.#reserve(claim, lots);
    let launched: Launched | undefined;
    try {
      const subject = await this.#subject(claim, nodeClass, lots);
      launched = await this.#launch(subject, lots);
      return launched;
    } finally {
      giveBack(launched?.reservation?.id);
    }
  }

  async #launch(subject: LaunchSubject, lots: readonly Lot[]): Promise<Launched> {
    try {
      return await this.#attempt(subject, lots);
    } catch (error) {
      if (!isTemplateGone(error)) throw createError(error);
    }
    // Somebody removed a template between our look and the launch: make it anew, once.
    try {
      return await this.#attempt(subject, lots);
    } catch (error) {
      throw createError(error);
    }
  }

  async #subject(claim: NodeClaim, nodeClass: EC2NodeClass, lots: readonly Lot[]): Promise<LaunchSubject> {
    const { clusterName, clusterDns, cluster, profiles, reservations } = this.#deps;
    const nodePool = claim.metadata.labels?.[labels.nodePool] ?? "";
    return {
      ...{ claim, nodeClass, clusterName, usesReservations: reservations !== undefined },
      capacityType: lots[0]?.offering.capacityType ?? "on-demand",
      ...(clusterDns !== undefined && { clusterDns }),
      cluster: await cluster(),
      instanceProfile: nodeClass.status?.instanceProfile ?? (await profiles.ensure(nodeClass)),
      tags: launchTags({ clusterName, nodeClass, nodePool }),
    };
  }

  async #attempt(subject: LaunchSubject, lots: readonly Lot[]): Promise<Launched> {
    const { ec2, subnets, templates } = this.#deps;
    const zones = await subnets.roomiestByZone(subject.nodeClass);
    const planned = planTemplates(subject, lots);
    const named = await Promise.all(
      planned.map(async (plan) => ({ plan, name: await templates.ensure(plan.template) })),
    );
    const request = requestOf(subject, {
      market: marketOf(lots),
      templates: named.map(({ plan, name }) => ({ name, overrides: overridesOf(plan, zones) })),
    });
    const giveBack = this.#take(request, lots);
    let answer: FleetAnswer;
    try {
      answer = await ec2.createFleet(request);
    } catch (error) {
      giveBack();
      if (error instanceof Error) learnFrom([{ code: codeOf(error), message: error.message }], lots, this.#deps);
      if (isTemplateGone(error)) templates.forget(named.map(({ name }) => name));
      throw error;
    }
    giveBack(answer.launched?.subnetId);
    learnFrom(answer.failures, lots, this.#deps);
    if (answer.launched) {
      const { capacityType, instanceProfile } = subject;
      const reservation = reservationOf(answer.launched, lots);
      return {
        ...{ ...answer.launched, capacityType, instanceProfile, tags: request.tags },
        ...(reservation && { reservation }),
      };
    }
    if (answer.failures.some(({ code }) => code === TEMPLATE_GONE)) templates.forget(named.map(({ name }) => name));
    throw new FleetFailed(answer);
  }

  /** Counts the addresses that this launch may take in each subnet it names, until EC2 has chosen one. */
  #take({ templates }: FleetRequest, lots: readonly Lot[]): (usedSubnet?: string) => void {
    const addresses = Math.min(...lots.map(({ type }) => toUnits(type.capacity["pods"] ?? "1")));
    const ids = new Set(templates.flatMap(({ overrides }) => overrides.map(({ subnetId }) => subnetId)));
    const taken = [...ids].map((id) => ({ id, giveBack: this.#deps.subnets.take(id, addresses) }));
    return (usedSubnet) => {
      for (const { id, giveBack } of taken) if (id !== usedSubnet) giveBack();
    };
  }

  /** Counts the instance that this launch may take in each reservation it targets, until EC2 has chosen one. */
  #reserve({ metadata: { uid = "" } }: NodeClaim, lots: readonly Lot[]): (usedReservation?: string) => void {
    const ids = new Set(lots.flatMap(({ offering }) => offering.reservation?.id ?? []));
    const taken = [...ids].map((id) => ({ id, settle: this.#deps.reservations?.take(id, uid) }));
    return (usedReservation) => {
      for (const { id, settle } of taken) settle?.(id === usedReservation);
    };
  }
}

/** All lots are of one. */
const marketOf = ([lot]: readonly Lot[]): FleetMarket =>
  lot?.offering.capacityType === "spot" ? "spot" : ((lot && targetOf(lot.offering)?.market) ?? "on-demand");

/** Of a type in a zone no two reservations are asked for, so these tell which it was. */
function reservationOf({ instanceType, zone }: FleetOverride, lots: readonly Lot[]): ReservationTarget | undefined {
  const lot = lots.find(({ type, offering }) => type.name === instanceType && offering.zone === zone);
  return lot && targetOf(lot.offering);
}

const TEMPLATE_GONE = "InvalidLaunchTemplateName.NotFoundException";

/** The fleet answered, but with failures alone. */
class FleetFailed extends Error {
  override readonly name = "FleetFailed";
  readonly failures: FleetAnswer["failures"];

  constructor({ failures }: FleetAnswer) {
    super([...new Set(failures.map(({ code, message }) => `${code}: ${message}`))].join("; "));
    this.failures = failures;
  }
}

function isTemplateGone(error: unknown): boolean {
  if (error instanceof FleetFailed) return error.failures.some(({ code }) => code === TEMPLATE_GONE);
  return error instanceof Error && codeOf(error) === TEMPLATE_GONE;
}

const overridesOf = (
  { lots, template }: PlannedTemplate<Lot>,
  zones: ReadonlyMap<string, Subnet>,
): readonly FleetOverride[] =>
  lots.flatMap(({ type, offering: { zone, price: priority } }) => {
    const subnet = zones.get(zone);
    if (subnet === undefined) return [];
    return [{ instanceType: type.name, zone, subnetId: subnet.id, imageId: template.imageId, priority }];
  });

/** @throws InsufficientCapacityError when there is nothing to ask for */
export function requestOf(
  { claim, nodeClass, tags: common }: LaunchSubject,
  { market, templates }: Pick<FleetRequest, "market" | "templates">,
): FleetRequest {
  const useful = templates.filter(({ overrides }) => overrides.length > 0);
  if (useful.length === 0) {
    throw new InsufficientCapacityError(
      `claim ${claim.metadata.name}: no image or no subnet of EC2NodeClass ${nodeClass.metadata.name} fits its instance types`,
    );
  }
  const { uid = "", name } = claim.metadata;
  const { context } = nodeClass.spec;
  const says = (annotation: string): boolean => claim.metadata.annotations?.[annotation] === "true";
  const request = {
    market,
    ...(says(annotations.priceOverlayApplied) && { byPriority: true as const }),
    templates: useful,
    tags: { ...common, [tags.nodeClaim]: name, [CLAIM_UID_TAG]: uid },
    ...(context !== undefined && !says(annotations.minValuesRelaxed) && { context }),
  };
  // The request is part of the token: EC2 refuses a known token that comes with other parameters.
  const clientToken = createHash("sha256").update(uid).update(JSON.stringify(request)).digest("hex");
  return { ...request, clientToken };
}
