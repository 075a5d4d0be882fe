import { orElse } from "../cel";
import { knownItems, may } from "../later";
import type { ClassRule, Violation } from "../rule";
import type { ClassView } from "../views";
import { fieldOf } from "../views";

/** Where no volume is described, Karpenter's own description says that they are encrypted, but of a Custom image's. */
const unencrypted = ({ blockDeviceMappings }: ClassView): readonly number[] =>
  knownItems(blockDeviceMappings)
    .filter(([, mapping]) => mapping.ebs !== undefined && !may(fieldOf(mapping.ebs, "encrypted"), (it) => it === true))
    .map(([index]) => index);

const violation = (index: number): Violation => ({
  path: `spec.blockDeviceMappings[${index}].ebs.encrypted`,
  reason: "must be true",
});

export const encryptedVolumes: ClassRule = {
  name: "encrypted-volumes",
  description: "What machines write to their disks, the root volume's included, is encrypted.",
  severity: "high",
  level: "mandatory",
  options: {},
  violations: (machines) => unencrypted(machines).map(violation),
  remedy: (machines) =>
    unencrypted(machines).map((index) => ({ path: ["blockDeviceMappings", index, "ebs", "encrypted"], value: true })),
  admission: () => ({
    expression: `${orElse("spec.blockDeviceMappings", "[]")}.all(m, !has(m.ebs) || m.ebs.?encrypted.orValue(false))`,
    message: "spec.blockDeviceMappings: ebs.encrypted must be true for each",
  }),
  examples: {
    refused: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "50Gi" } }] },
    allowed: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "50Gi", encrypted: true } }] },
  },
};
