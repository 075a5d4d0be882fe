import type { CapacityReservation, EC2NodeClass, ResolvedAmi } from "../api/ec2-node-class";
import type { NodeClassResolver } from "../ports/cloud";
import type { CapacityReservations } from "./capacity-reservations";
import type { Images } from "./images";
import type { InstanceProfiles } from "./instance-profiles";
import type { InstanceTypes } from "./instance-types";
import type { LaunchTemplates } from "./launch-templates";
import type { Rehearsals, Objection } from "./rehearsals";
import type { SecurityGroups } from "./security-groups";
import type { Subnets } from "./subnets";

interface Deps {
  readonly subnets: Subnets;
  readonly securityGroups: SecurityGroups;
  readonly images: Images;
  readonly reservations?: CapacityReservations | undefined;
  readonly profiles: InstanceProfiles;
  readonly templates: LaunchTemplates;
  readonly instanceTypes: InstanceTypes;
  readonly rehearsals: Rehearsals;
}

/** What a class' selectors find in the account, and whether the account lets us launch with it. */
export class AwsNodeClassResolver implements NodeClassResolver {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async subnets(nodeClass: EC2NodeClass): ReturnType<NodeClassResolver["subnets"]> {
    const found = await this.#deps.subnets.selected(nodeClass);
    return found.map(({ id, zone, zoneId }) => ({ id, zone, zoneID: zoneId }));
  }

  async securityGroups(nodeClass: EC2NodeClass): ReturnType<NodeClassResolver["securityGroups"]> {
    return this.#deps.securityGroups.selected(nodeClass);
  }

  async amis(nodeClass: EC2NodeClass): Promise<readonly ResolvedAmi[]> {
    return this.#deps.images.selected(nodeClass);
  }

  async capacityReservations(nodeClass: EC2NodeClass): Promise<readonly CapacityReservation[]> {
    return (await this.#deps.reservations?.selected(nodeClass)) ?? [];
  }

  async instanceProfile(nodeClass: EC2NodeClass): Promise<string> {
    return this.#deps.profiles.ensure(nodeClass);
  }

  async validate(nodeClass: EC2NodeClass): Promise<Objection | undefined> {
    return this.#deps.rehearsals.objectionTo(nodeClass);
  }

  async release(nodeClass: EC2NodeClass): Promise<void> {
    await this.#deps.profiles.releaseClass(nodeClass);
    await this.#deps.templates.releaseClass(nodeClass.metadata.name);
    this.#deps.instanceTypes.forget(nodeClass.metadata.name);
  }
}
