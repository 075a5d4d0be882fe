import { conditionOf } from "../api/conditions";
import type { EC2NodeClass } from "../api/ec2-node-class";
import { nodeClassHash, nodeClassHashVersion } from "../api/hash";
import { annotations } from "../api/labels";
import type { Labels } from "../api/kube-object";
import type { NodeClaim } from "../api/node-claim";
import { tags } from "../contract/tags";
import type { Clock } from "../ports/clock";
import type { Cloud, Machine } from "../ports/cloud";
import { CreateError, InsufficientCapacityError, NodeClassNotReadyError, NotFoundError } from "../ports/errors";
import type { InstanceType } from "../scheduling/instance-type";
import { driftReason, isStaticallyDrifted } from "./drift";
import type { Instance } from "./ec2-instances-api";
import type { CapacityReservations } from "./capacity-reservations";
import type { InstanceTypes } from "./instance-types";
import type { Instances } from "./instances";
import { EFA } from "./launch-plan";
import type { Launched, Launches } from "./launches";
import { instanceIdOf, machineOf } from "./machines";
import type { UnavailableOfferings } from "./unavailable-offerings";

interface Deps {
  readonly clock: Clock;
  readonly instances: Instances;
  readonly instanceTypes: InstanceTypes;
  readonly launches: Launches;
  readonly unavailable: UnavailableOfferings;
  readonly reservations?: CapacityReservations | undefined;
}

/** EC2 as the controllers know it. */
export class AwsCloud implements Cloud {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async create(claim: NodeClaim, nodeClass: EC2NodeClass, given?: readonly InstanceType[]): Promise<Machine> {
    const { instances, launches } = this.#deps;
    const known = await instances.forClaim(claim.metadata.uid ?? "");
    const types = given ?? (await this.instanceTypes(nodeClass));
    if (known) return remembered(machineOf(known, typeNamed(types, known.type)), nodeClass);
    assertReady(nodeClass);
    const launched = await launches.launch(claim, nodeClass, types);
    const instance = this.#justLaunched(launched, claim);
    const machine = machineOf(instance, typeNamed(types, instance.type));
    return remembered(machine, nodeClass, launched.instanceProfile);
  }

  async delete(providerId: string): Promise<void> {
    const id = ownId(providerId);
    const { state, capacityType } = await this.#deps.instances.get(id);
    if (state !== "shutting-down") await this.#deps.instances.terminate(id);
    // Once it is gone, its reservation has one more left.
    if (capacityType === "reserved") this.#deps.reservations?.forget();
  }

  async get(providerId: string): Promise<Machine> {
    return this.#machine(await this.#deps.instances.get(ownId(providerId)));
  }

  async list(): Promise<readonly Machine[]> {
    return (await this.#deps.instances.list()).map((instance) => this.#machine(instance));
  }

  async instanceTypes(nodeClass: EC2NodeClass, open?: readonly NodeClaim[]): Promise<readonly InstanceType[]> {
    await this.#deps.reservations?.count(nodeClass);
    return this.#deps.instanceTypes.forClass(nodeClass, open);
  }

  async drift(claim: NodeClaim, nodeClass: EC2NodeClass): Promise<string | undefined> {
    const { providerID } = claim.status ?? {};
    if (providerID === undefined) return undefined;
    if (isStaticallyDrifted({ claim, nodeClass })) return "NodeClassDrift";
    const instance = await this.#deps.instances.get(ownId(providerID));
    const evidence = { claim, nodeClass, instance, types: this.#deps.instanceTypes.forClass(nodeClass) };
    const reason = driftReason(evidence);
    if (reason !== "CapacityReservationDrift") return reason;
    return driftReason({ ...evidence, nodeClass: await this.#withFreshReservations(nodeClass) });
  }

  async tag(providerId: string, values: Labels): Promise<void> {
    await this.#deps.instances.tag(ownId(providerId), values);
  }

  markUnavailable({ reservationId, ...offering }: Parameters<Cloud["markUnavailable"]>[0]): void {
    if (reservationId === undefined) this.#deps.unavailable.add(offering);
    else this.#deps.reservations?.exhausted(reservationId);
  }

  /** What the status says may be a minute old: too old for a verdict. */
  async #withFreshReservations(nodeClass: EC2NodeClass): Promise<EC2NodeClass> {
    const { reservations } = this.#deps;
    if (reservations === undefined) return nodeClass;
    reservations.forget();
    const capacityReservations = await reservations.selected(nodeClass);
    return { ...nodeClass, status: { ...nodeClass.status, capacityReservations } };
  }

  #machine(instance: Instance): Machine {
    const types = this.#deps.instanceTypes.lastFor(instance.tags[tags.nodeClass] ?? "");
    return machineOf(instance, typeNamed(types, instance.type));
  }

  /** What EC2 would describe now, saving the call. */
  #justLaunched(launched: Launched, claim: NodeClaim): Instance {
    const { instanceId, instanceType, zone, imageId, subnetId, capacityType, reservation, tags: tagged } = launched;
    return {
      ...{ id: instanceId, type: instanceType, zone, imageId, subnetId, capacityType, tags: tagged },
      ...(reservation && { reservation }),
      securityGroupIds: [],
      state: "pending",
      launchedAt: this.#deps.clock.now(),
      efaInterfaces: claim.spec.resources?.requests?.[EFA] === undefined ? 0 : 1,
    };
  }
}

function ownId(providerId: string): string {
  const id = instanceIdOf(providerId);
  if (id === undefined) throw new NotFoundError(`${providerId} is not an EC2 instance (aws:///zone/i-…)`);
  return id;
}

const typeNamed = (types: readonly InstanceType[], name: string): InstanceType | undefined =>
  types.find((type) => type.name === name);

/** With what the claim should remember of its class. */
const remembered = (
  machine: Machine,
  nodeClass: EC2NodeClass,
  profile = nodeClass.status?.instanceProfile,
): Machine => ({
  ...machine,
  annotations: {
    [annotations.nodeClassHash]: nodeClassHash(nodeClass),
    [annotations.nodeClassHashVersion]: nodeClassHashVersion,
    ...(profile !== undefined && { [annotations.instanceProfileName]: profile }),
  },
});

/** Karpenter's rules of which classes may launch. */
function assertReady(nodeClass: EC2NodeClass): void {
  const { name, deletionTimestamp, generation } = nodeClass.metadata;
  if (deletionTimestamp !== undefined) throw new InsufficientCapacityError(`EC2NodeClass ${name} is being deleted`);
  const { status, observedGeneration, message = "" } = conditionOf(nodeClass, "Ready") ?? {};
  if (status === undefined || (status === "Unknown" && observedGeneration === generation)) {
    throw new CreateError(
      "NodeClassReadinessUnknown",
      `EC2NodeClass ${name}: its readiness is not known yet ${message}`.trim(),
    );
  }
  if (status === "False") throw new NodeClassNotReadyError(`EC2NodeClass ${name} is not ready: ${message}`);
  if (observedGeneration !== generation) {
    throw new NodeClassNotReadyError(`EC2NodeClass ${name} was changed and has not been looked at since`);
  }
}
