import type { EC2NodeClass, EC2NodeClassSpec } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { Offering } from "../scheduling/instance-type";
import { familyOf } from "./ami-family";
import type { MachineType } from "./machine-type";
import { requirement } from "./type-labels";

/** Where machines are sold and at what price. */
export interface Market {
  /** Zones that sell the type. */
  zonesOf(instanceType: string): ReadonlySet<string>;
  /** Per hour; undefined when it is not sold. */
  price(instanceType: string, capacityType: "on-demand" | "spot", zone: string): number | undefined;
  /** Whether EC2 had none of it a moment ago. */
  isOut(instanceType: string, capacityType: "on-demand" | "spot", zone: string): boolean;
  /** Instances that a capacity reservation has left; where nobody knows that, nothing reserved is for sale. */
  leftIn?(reservationId: string): number | undefined;
}

/** The type's offerings in the zones of the class, on sale or not. */
export function offeringsOf(type: MachineType, nodeClass: EC2NodeClass, market: Market): readonly Offering[] {
  const sold = market.zonesOf(type.name);
  const usable = launchable(type, nodeClass.spec);
  return zonesOf(nodeClass).flatMap(({ zone, zoneID }) =>
    !sold.has(zone)
      ? []
      : type.capacityTypes.map((capacityType) => {
          const price = market.price(type.name, capacityType, zone);
          return {
            zone,
            capacityType,
            price: price ?? 0,
            available: usable && price !== undefined && !market.isOut(type.name, capacityType, zone),
            ...(zoneID !== undefined && { requirements: [requirement(labels.zoneId, zoneID)] }),
          };
        }),
  );
}

/** The zones of the class' subnets, each once, by name. */
export function zonesOf({ status }: EC2NodeClass): readonly { readonly zone: string; readonly zoneID?: string }[] {
  const zones = new Map((status?.subnets ?? []).map((subnet) => [subnet.zone, subnet]));
  return [...zones.values()].sort((a, b) => (a.zone < b.zone ? -1 : 1));
}

type Objection = (type: MachineType, spec: EC2NodeClassSpec) => boolean;

/** What makes a type impossible for a class. */
const objections: readonly Objection[] = [
  // The first Graviton lacks instructions that Amazon Linux 2023 is compiled for.
  ({ name }, spec) => name.startsWith("a1.") && familyOf({ spec }) === "AL2023",
  ({ nestedVirtualization }, { cpuOptions }) => cpuOptions?.nestedVirtualization === "enabled" && !nestedVirtualization,
  ({ hypervisor }, { connectionTracking }) => connectionTracking !== undefined && hypervisor !== "nitro",
  lacksInterfaces,
];

export const launchable: Objection = (type, spec) => !objections.some((objects) => objects(type, spec));

function lacksInterfaces({ network }: MachineType, { networkInterfaces = [] }: EC2NodeClassSpec): boolean {
  const efaOnly = networkInterfaces.filter(({ interfaceType }) => interfaceType === "efa-only").length;
  if (efaOnly > network.efaInterfaces) return true;
  const wanted = new Map<number, number>();
  for (const { networkCardIndex } of networkInterfaces) {
    wanted.set(networkCardIndex, (wanted.get(networkCardIndex) ?? 0) + 1);
  }
  return [...wanted].some(
    ([card, count]) => count > (network.cards.find(({ index }) => index === card)?.interfaces ?? 0),
  );
}
