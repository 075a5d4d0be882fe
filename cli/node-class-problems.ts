import type { EC2NodeClass } from "../controller/api/ec2-node-class";
import { type SchemaProblem, schemaProblems } from "../controller/api/schema-problems";

type Problems = readonly SchemaProblem[];

/** Quantities of a class that its schema knows as text only. */
export function problemsOfNodeClass({ spec }: EC2NodeClass): Problems {
  const { kubelet = {}, blockDeviceMappings = [] } = spec;
  const { systemReserved = {}, kubeReserved = {}, evictionHard = {} } = kubelet;
  return [
    ...quantities(systemReserved, "spec.kubelet.systemReserved"),
    ...quantities(kubeReserved, "spec.kubelet.kubeReserved"),
    ...quantities(withoutShares(evictionHard), "spec.kubelet.evictionHard"),
    ...blockDeviceMappings.flatMap(({ ebs: { volumeSize } = {} }, i) =>
      volumeSize === undefined ? [] : quantities({ volumeSize }, `spec.blockDeviceMappings[${i}].ebs`),
    ),
  ];
}

const quantities = (values: object, path: string): Problems =>
  schemaProblems(values, { type: "object", additionalProperties: { format: "quantity" } }, { path });

/** Thresholds may be shares of what there is. */
const withoutShares = (thresholds: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(thresholds).filter(([, threshold]) => !/^\d+(\.\d+)?%$/.test(threshold)));
