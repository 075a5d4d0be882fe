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
import type { InstanceType } from "../scheduling/instance-type";
import { codeOf } from "./aws-errors";
import type { ClusterFacts } from "./eks-api";
import type { Subnet } from "./ec2-discovery-api";
import type { Ec2LaunchApi, FleetAnswer, FleetOverride, FleetRequest } from "./ec2-launch-api";
import type { InstanceProfiles } from "./instance-profiles";
import { imageFor } from "./instance-types";
import { capacityTypeOf, choicesFor, type Choice } from "./launch-choices";
import { createError, learnFrom } from "./launch-failures";
import { planTemplates, type LaunchSubject, type PlannedTemplate } from "./launch-plan";
import { CLAIM_UID_TAG, launchTags } from "./launch-tags";
import type { LaunchTemplates } from "./launch-templates";
import type { Subnets } from "./subnets";
import type { UnavailableOfferings } from "./unavailable-offerings";
import type { Metrics } from "../ports/metrics";

export interface LaunchDeps {
  readonly ec2: Pick<Ec2LaunchApi, "createFleet">;
  readonly templates: LaunchTemplates;
  readonly profiles: InstanceProfiles;
  readonly subnets: Subnets;
  readonly unavailable: UnavailableOfferings;
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
  readonly capacityType: "spot" | "on-demand";
  readonly instanceProfile: string;
  readonly tags: Labels;
}

/** Where a type goes: its cheapest first. */
interface Placement {
  readonly choice: Choice;
  readonly capacityType: "spot" | "on-demand";
}

/** Asks EC2 for one machine, of whichever of the claim's types it can sell. */
export class Launches {
  readonly #deps: LaunchDeps;

  constructor(deps: LaunchDeps) {
    this.#deps = deps;
  }

  /** @throws InsufficientCapacityError, CreateError */
  async launch(claim: NodeClaim, nodeClass: EC2NodeClass, types: readonly InstanceType[]): Promise<Launched> {
    const choices = choicesFor(claim, types);
    const capacityType = capacityTypeOf(choices);
    const placements = choices.map((choice) => ({ choice, capacityType }));
    const subject = await this.#subject(claim, nodeClass, capacityType);
    try {
      return await this.#attempt(subject, placements);
    } catch (error) {
      if (!isTemplateGone(error)) throw createError(error);
    }
    // Somebody removed a template between our look and the launch: make it anew, once.
    try {
      return await this.#attempt(subject, placements);
    } catch (error) {
      throw createError(error);
    }
  }

  async #subject(
    claim: NodeClaim,
    nodeClass: EC2NodeClass,
    capacityType: "spot" | "on-demand",
  ): Promise<LaunchSubject> {
    const { clusterName, clusterDns, cluster, profiles } = this.#deps;
    const nodePool = claim.metadata.labels?.[labels.nodePool] ?? "";
    return {
      ...{ claim, nodeClass, capacityType, clusterName },
      ...(clusterDns !== undefined && { clusterDns }),
      cluster: await cluster(),
      instanceProfile: nodeClass.status?.instanceProfile ?? (await profiles.ensure(nodeClass)),
      tags: launchTags({ clusterName, nodeClass, nodePool }),
    };
  }

  async #attempt(subject: LaunchSubject, placements: readonly Placement[]): Promise<Launched> {
    const { ec2, subnets, templates } = this.#deps;
    const zones = await subnets.roomiestByZone(subject.nodeClass);
    const planned = planTemplates(
      subject,
      placements.map(({ choice }) => choice.type),
    );
    const named = await Promise.all(
      planned.map(async (plan) => ({ plan, name: await templates.ensure(plan.template) })),
    );
    const request = requestOf(subject, {
      templates: named.map(({ plan, name }) => ({
        name,
        overrides: overridesOf(plan, placements, { subject, zones }),
      })),
    });
    const giveBack = this.#take(request, placements);
    let answer: FleetAnswer;
    try {
      answer = await ec2.createFleet(request);
    } catch (error) {
      giveBack();
      if (isTemplateGone(error)) templates.forget(named.map(({ name }) => name));
      throw error;
    }
    giveBack(answer.launched?.subnetId);
    learnFrom(answer.failures, subject.capacityType, this.#deps);
    if (answer.launched) {
      const { capacityType, instanceProfile } = subject;
      return { ...answer.launched, capacityType, instanceProfile, tags: request.tags };
    }
    if (answer.failures.some(({ code }) => code === TEMPLATE_GONE)) templates.forget(named.map(({ name }) => name));
    throw new FleetFailed(answer);
  }

  /** Counts the addresses that this launch may take in each subnet it names, until EC2 has chosen one. */
  #take({ templates }: FleetRequest, placements: readonly Placement[]): (usedSubnet?: string) => void {
    const addresses = Math.min(...placements.map(({ choice }) => toUnits(choice.type.capacity["pods"] ?? "1")));
    const ids = new Set(templates.flatMap(({ overrides }) => overrides.map(({ subnetId }) => subnetId)));
    const taken = [...ids].map((id) => ({ id, giveBack: this.#deps.subnets.take(id, addresses) }));
    return (usedSubnet) => {
      for (const { id, giveBack } of taken) if (id !== usedSubnet) giveBack();
    };
  }
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

interface Where {
  readonly subject: LaunchSubject;
  readonly zones: ReadonlyMap<string, Subnet>;
}

function overridesOf(plan: PlannedTemplate, placements: readonly Placement[], { subject, zones }: Where) {
  const types = new Set(plan.types);
  return placements.flatMap(({ choice: { type, offerings }, capacityType }): FleetOverride[] => {
    const image = imageFor(type, subject.nodeClass.status?.amis ?? []);
    if (!types.has(type) || image === undefined) return [];
    return offerings.flatMap((offering) => {
      const subnet = zones.get(offering.zone);
      if (offering.capacityType !== capacityType || subnet === undefined) return [];
      const { zone, price: priority } = offering;
      return [{ instanceType: type.name, zone, subnetId: subnet.id, imageId: image.id, priority }];
    });
  });
}

/** @throws InsufficientCapacityError when there is nothing to ask for */
export function requestOf(
  { claim, nodeClass, capacityType, tags: common }: LaunchSubject,
  { templates }: Pick<FleetRequest, "templates">,
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
    capacityType,
    ...(says(annotations.priceOverlayApplied) && { byPriority: true as const }),
    templates: useful,
    tags: { ...common, [tags.nodeClaim]: name, [CLAIM_UID_TAG]: uid },
    ...(context !== undefined && !says(annotations.minValuesRelaxed) && { context }),
  };
  // The request is part of the token: EC2 refuses a known token that comes with other parameters.
  const clientToken = createHash("sha256").update(uid).update(JSON.stringify(request)).digest("hex");
  return { ...request, clientToken };
}
