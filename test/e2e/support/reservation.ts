import { CreateCapacityReservationCommand, type CreateCapacityReservationCommandInput } from "@aws-sdk/client-ec2";
import type { Aws } from "#sandbox/aws/aws";

/** One machine of a type in the first zone, reserved for those who name the reservation; its id. */
export async function reserveOne(
  { clients }: Aws,
  InstanceType: NonNullable<CreateCapacityReservationCommandInput["InstanceType"]>,
): Promise<string> {
  const { CapacityReservation } = await clients.ec2.send(
    new CreateCapacityReservationCommand({
      ...{ InstanceType, InstancePlatform: "Linux/UNIX", AvailabilityZone: "us-east-1a", InstanceCount: 1 },
      InstanceMatchCriteria: "targeted",
    }),
  );
  return CapacityReservation?.CapacityReservationId ?? "";
}
