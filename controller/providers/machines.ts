import { labels } from "../api/labels";
import type { Labels, ResourceList } from "../api/kube-object";
import { tags } from "../contract/tags";
import type { Machine } from "../ports/cloud";
import type { InstanceType } from "../scheduling/instance-type";
import type { Instance } from "./ec2-instances-api";
import { EFA } from "./launch-plan";
import { reservationKeys, reservationLabels } from "./reservation-target";

/** `aws:///us-east-1a/i-0123` ⇄ its parts. */
const providerIdOf = (zone: string, instanceId: string): string => `aws:///${zone}/${instanceId}`;

/** The instance id at the end of a provider id, or undefined when this is none of ours. */
export const instanceIdOf = (providerId: string): string | undefined =>
  /^aws:\/\/\/[^/]*\/(i-[0-9a-z]+)$/.exec(providerId)?.[1];

/** An instance in the words of the port; what its type implies is known while its type is. */
export function machineOf(instance: Instance, type: InstanceType | undefined): Machine {
  const { id, zone, capacityType } = instance;
  return {
    providerId: providerIdOf(zone, id),
    instanceId: id,
    imageId: instance.imageId,
    instanceType: instance.type,
    ...{ zone, capacityType, state: instance.state, launchedAt: instance.launchedAt, tags: instance.tags },
    labels: impliedLabels(instance, type),
    capacity: withoutIdleFabric(type?.capacity, instance),
    allocatable: withoutIdleFabric(type?.allocatable, instance),
  };
}

function impliedLabels(instance: Instance, type: InstanceType | undefined): Labels {
  const { type: name, zone, capacityType, reservation, tags: tagged } = instance;
  const offering = type?.offerings.find((each) => each.zone === zone && each.capacityType === capacityType);
  const nodePool = tagged[tags.nodePool];
  return {
    ...singleValued(type?.requirements),
    ...singleValued(offering?.requirements),
    ...(reservation && reservationLabels(reservation)),
    [labels.instanceType]: name,
    [labels.zone]: zone,
    [labels.capacityType]: capacityType,
    ...(nodePool !== undefined && nodePool !== "" && { [labels.nodePool]: nodePool }),
  };
}

/** Without reservations: a type may be reserved, and a machine of it not, or elsewhere. */
const singleValued = (requirements: InstanceType["requirements"] = []): Labels =>
  Object.fromEntries(
    requirements.flatMap(({ key, operator, values = [] }) => {
      const [value, another] = values;
      const isSettled = operator === "In" && another === undefined && !reservationKeys.includes(key);
      return isSettled && value !== undefined ? [[key, value]] : [];
    }),
  );

/** Fabric interfaces count only where the machine was given some. */
function withoutIdleFabric(resources: ResourceList = {}, { efaInterfaces }: Instance): ResourceList {
  if (efaInterfaces > 0) return resources;
  return Object.fromEntries(Object.entries(resources).filter(([name]) => name !== EFA));
}
