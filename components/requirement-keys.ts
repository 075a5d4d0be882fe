import { distance } from "../controller/api/spelling";

/** Keys that requirements may use under the domains that Karpenter keeps for itself. Other domains are the user's. */

/** @see https://karpenter.sh/docs/concepts/scheduling/#well-known-labels */
export const instanceKeys = [
  "instance-tenancy",
  "capacity-reservation-type",
  "capacity-reservation-id",
  "capacity-reservation-interruptible",
  "ec2nodeclass",
  "instance-encryption-in-transit-supported",
  "instance-category",
  "instance-hypervisor",
  "instance-family",
  "instance-generation",
  "instance-local-nvme",
  "instance-size",
  "instance-cpu",
  "instance-cpu-manufacturer",
  "instance-cpu-sustained-clock-speed-mhz",
  "instance-memory",
  "instance-ebs-bandwidth",
  "instance-network-bandwidth",
  "instance-gpu-name",
  "instance-gpu-manufacturer",
  "instance-gpu-count",
  "instance-gpu-memory",
  "instance-accelerator-name",
  "instance-accelerator-manufacturer",
  "instance-accelerator-count",
  "instance-capability-flex",
  "placement-group-id",
  "placement-group-partition",
].map((name) => `karpenter.k8s.aws/${name}`);

const refused: readonly { readonly domain: RegExp; readonly known: readonly string[] }[] = [
  { domain: /karpenter\.k8s\.aws$/, known: instanceKeys },
  { domain: /karpenter\.sh$/, known: ["karpenter.sh/capacity-type"] },
];
const setByTheController = ["karpenter.sh/nodepool", "kubernetes.io/hostname"];

/** Why a label may not be required of, or given to, a pool's nodes. */
export function whyNotAllowed(key: string): string | undefined {
  if (setByTheController.includes(key)) return `"${key}" is set by the controller and may not be used here`;
  const domain = key.includes("/") ? (key.split("/")[0] ?? "") : "";
  const known = refused.find((rule) => rule.domain.test(domain))?.known;
  if (known === undefined || known.includes(key)) return undefined;
  return `"${key}" is no known label of Karpenter; did you mean ${nearest(key, known)}?`;
}

const nearest = (key: string, known: readonly string[]): string =>
  known.reduce((best, candidate) => (distance(key, candidate) < distance(key, best) ? candidate : best));
