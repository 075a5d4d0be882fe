import type { CapacityReservation, EC2NodeClass, ResolvedAmi } from "#controller/api/ec2-node-class";
import type { Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import type { NodeClaim } from "#controller/api/node-claim";
import type { Cloud, Machine, NodeClassResolver } from "#controller/ports/cloud";
import { NotFoundError } from "#controller/ports/errors";
import { reservationAskedBy } from "#controller/providers/reservation-target";
import type { InstanceType } from "#controller/scheduling/instance-type";
import { instanceType } from "./builders";

/** A cloud in memory that keeps the port's promises; the test says what goes wrong. */
export class ScriptedCloud implements Cloud {
  /** Machines by provider id, until they are gone. */
  readonly machines = new Map<string, Machine>();
  readonly tags = new Map<string, Labels>();
  readonly unavailable: object[] = [];
  /** Thrown by the next launches, one each, instead of launching. */
  readonly launchFailures: Error[] = [];
  /** Classes of which nobody knows the types now, by name. */
  readonly broken = new Set<string>();
  types: readonly InstanceType[] = [instanceType("m5.large", { cpu: 4, memoryGi: 16 })];
  /** Thrown by every termination while it is set. */
  terminationFailure: Error | undefined;
  /** How often a termination is asked for before the machine is gone. */
  terminationPolls = 1;
  launches = 0;
  readonly #now: () => number;
  readonly #byClaim = new Map<string, string>();
  readonly #polls = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  create(
    { metadata: { name, uid = "" } }: NodeClaim,
    _nodeClass?: EC2NodeClass,
    types: readonly InstanceType[] = [],
  ): Promise<Machine> {
    const failure = this.launchFailures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const known = this.machines.get(this.#byClaim.get(uid) ?? "");
    if (known !== undefined) return Promise.resolve(known);
    this.launches += 1;
    const bare = machineOf(name, this.#now());
    const machine = { ...bare, ...resourcesOf(types.find((type) => type.name === bare.instanceType)) };
    this.#byClaim.set(uid, machine.providerId);
    this.machines.set(machine.providerId, machine);
    return Promise.resolve(machine);
  }

  delete(providerId: string): Promise<void> {
    if (this.terminationFailure !== undefined) return Promise.reject(this.terminationFailure);
    if (!this.machines.has(providerId)) return Promise.reject(new NotFoundError(`no machine ${providerId}`));
    const polls = (this.#polls.get(providerId) ?? 0) + 1;
    this.#polls.set(providerId, polls);
    if (polls >= this.terminationPolls) this.machines.delete(providerId);
    return Promise.resolve();
  }

  get(providerId: string): Promise<Machine> {
    const machine = this.machines.get(providerId);
    return machine ? Promise.resolve(machine) : Promise.reject(new NotFoundError(`no machine ${providerId}`));
  }

  list(): Promise<readonly Machine[]> {
    return Promise.resolve([...this.machines.values()]);
  }

  instanceTypes(
    { metadata: { name } }: EC2NodeClass,
    open: readonly NodeClaim[] = [],
  ): Promise<readonly InstanceType[]> {
    if (this.broken.has(name)) return Promise.reject(new Error(`no answer about ${name}`));
    const taken = open.map(reservationAskedBy).filter((id) => id !== undefined);
    return Promise.resolve(taken.length === 0 ? this.types : this.types.map((type) => without(taken, type)));
  }

  drift(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  tag(providerId: string, tags: Labels): Promise<void> {
    this.tags.set(providerId, { ...this.tags.get(providerId), ...tags });
    return Promise.resolve();
  }

  markUnavailable(offering: object): void {
    this.unavailable.push(offering);
  }
}

/** With less left in each reservation, once for each time that it is named here. */
const without = (taken: readonly string[], type: InstanceType): InstanceType => ({
  ...type,
  offerings: type.offerings.map((offering) => {
    if (offering.reservation === undefined) return offering;
    const { id, remaining } = offering.reservation;
    return { ...offering, reservation: { id, remaining: remaining - taken.filter((each) => each === id).length } };
  }),
});

const resourcesOf = (type: InstanceType | undefined): Partial<Pick<Machine, "capacity" | "allocatable">> =>
  type === undefined ? {} : { capacity: type.capacity, allocatable: type.allocatable };

/** An m5.large in zone a: 4 cpu, 16Gi. */
export function machineOf(name: string, launchedAt: number): Machine {
  const room = { cpu: "4", memory: "16Gi", pods: "110" };
  const [zone, capacityType, type] = ["test-zone-a", "spot", "m5.large"];
  return {
    providerId: `aws:///${zone}/i-${name}`,
    instanceId: `i-${name}`,
    imageId: "ami-1",
    instanceType: type,
    zone,
    capacityType,
    state: "running",
    launchedAt,
    tags: {},
    labels: { [labels.instanceType]: type, [labels.zone]: zone, [labels.arch]: "amd64" },
    annotations: { "karpenter.k8s.aws/ec2nodeclass-hash": "1" },
    capacity: room,
    allocatable: room,
  };
}

/** What a class resolves to; each part may be an error instead. */
interface Parts {
  readonly subnets: readonly { readonly id: string; readonly zone: string; readonly zoneID: string }[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
  readonly amis: readonly ResolvedAmi[];
  readonly capacityReservations: readonly CapacityReservation[];
  readonly instanceProfile: string;
  readonly problem: { readonly reason: string; readonly message: string } | undefined;
}
type Found = { -readonly [P in keyof Parts]: Parts[P] | Error };

/** A resolver that finds what it is told to find. */
export class ScriptedResolver implements NodeClassResolver {
  readonly found: Found = {
    subnets: [{ id: "subnet-1", zone: "test-zone-a", zoneID: "tza-1" }],
    securityGroups: [{ id: "sg-1", name: "nodes" }],
    amis: [{ id: "ami-1", name: "al2023", requirements: [] }],
    capacityReservations: [],
    instanceProfile: "profile-1",
    problem: undefined,
  };
  readonly released: string[] = [];
  /** Thrown by every release while it is set. */
  releaseFailure: Error | undefined;
  validations = 0;

  readonly subnets = (): Promise<Parts["subnets"]> => answer(this.found.subnets);
  readonly securityGroups = (): Promise<Parts["securityGroups"]> => answer(this.found.securityGroups);
  readonly amis = (): Promise<Parts["amis"]> => answer(this.found.amis);
  readonly capacityReservations = (): Promise<Parts["capacityReservations"]> => answer(this.found.capacityReservations);
  readonly instanceProfile = (): Promise<string> => answer(this.found.instanceProfile);

  validate(): Promise<Parts["problem"]> {
    this.validations += 1;
    return answer(this.found.problem);
  }

  release({ metadata }: EC2NodeClass): Promise<void> {
    if (this.releaseFailure !== undefined) return Promise.reject(this.releaseFailure);
    this.released.push(metadata.name);
    return Promise.resolve();
  }
}

const answer = <T>(value: T | Error): Promise<T> =>
  value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
