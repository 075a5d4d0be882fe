import type { EC2NodeClass } from "../controller/api/ec2-node-class";
import { type Schema, type SchemaProblem, schemaProblems } from "../controller/api/schema-problems";

type Problems = readonly SchemaProblem[];

/** Quantities of a class that its schema knows as text only, and what it does not know at all. */
export function problemsOfNodeClass({ spec, status }: EC2NodeClass): Problems {
  const { kubelet = {}, blockDeviceMappings = [] } = spec;
  const { systemReserved = {}, kubeReserved = {}, evictionHard = {} } = kubelet;
  return [
    ...quantities(systemReserved, "spec.kubelet.systemReserved"),
    ...quantities(kubeReserved, "spec.kubelet.kubeReserved"),
    ...quantities(withoutShares(evictionHard), "spec.kubelet.evictionHard"),
    ...blockDeviceMappings.flatMap(({ ebs: { volumeSize } = {} }, i) =>
      volumeSize === undefined ? [] : quantities({ volumeSize }, `spec.blockDeviceMappings[${i}].ebs`),
    ),
    ...(status?.capacityReservations ?? []).flatMap((reservation, i) =>
      schemaProblems(reservation, counted, { path: `status.capacityReservations[${i}]` }),
    ),
  ];
}

/** How many instances a reservation has left, as EC2 calls it; no class says it in a cluster. */
const counted: Schema = {
  properties: { availableInstanceCount: { type: "integer", minimum: 0 } },
  "x-kubernetes-preserve-unknown-fields": true,
};

const quantities = (values: object, path: string): Problems =>
  schemaProblems(values, { type: "object", additionalProperties: { format: "quantity" } }, { path });

/** Thresholds may be shares of what there is. */
const withoutShares = (thresholds: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(thresholds).filter(([, threshold]) => !/^\d+(\.\d+)?%$/.test(threshold)));
