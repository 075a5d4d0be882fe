import { labels } from "./labels";

/**
 * Label keys that instance types define themselves: a pod may ask for them although no pool mentions them
 * (https://karpenter.sh/docs/concepts/scheduling/#well-known-labels).
 */
export const wellKnown: ReadonlySet<string> = new Set([
  labels.nodePool,
  labels.zone,
  labels.region,
  labels.instanceType,
  labels.arch,
  labels.os,
  labels.capacityType,
  labels.windowsBuild,
  labels.zoneId,
  labels.reservationId,
  labels.reservationType,
  labels.reservationInterruptible,
  ...[
    "instance-accelerator-count",
    "instance-accelerator-manufacturer",
    "instance-accelerator-name",
    "instance-capability-flex",
    "instance-category",
    "instance-cpu",
    "instance-cpu-manufacturer",
    "instance-cpu-sustained-clock-speed-mhz",
    "instance-ebs-bandwidth",
    "instance-encryption-in-transit-supported",
    "instance-family",
    "instance-generation",
    "instance-gpu-count",
    "instance-gpu-manufacturer",
    "instance-gpu-memory",
    "instance-gpu-name",
    "instance-hypervisor",
    "instance-local-nvme",
    "instance-memory",
    "instance-network-bandwidth",
    "instance-size",
    "instance-tenancy",
    "nitro-sandbox",
    "placement-group-id",
    "placement-group-partition",
  ].map((name) => `karpenter.k8s.aws/${name}`),
]);

/** Older names for the same label. */
const aliases: Readonly<Partial<Record<string, string>>> = {
  "failure-domain.beta.kubernetes.io/zone": labels.zone,
  "failure-domain.beta.kubernetes.io/region": labels.region,
  "topology.ebs.csi.aws.com/zone": labels.zone,
  "beta.kubernetes.io/arch": labels.arch,
  "beta.kubernetes.io/os": labels.os,
  "beta.kubernetes.io/instance-type": labels.instanceType,
};

/** The key as we use it inside: `beta.kubernetes.io/arch` is `kubernetes.io/arch`. */
export const normalized = (key: string): string => aliases[key] ?? key;

/** Keys that nobody may put on nodes but us: `kubernetes.io/hostname`, and `karpenter.sh` except what is well known. */
export function isRestricted(key: string): boolean {
  if (key === labels.hostname) return true;
  if (wellKnown.has(key)) return false;
  const [domain = ""] = key.split("/");
  return key.includes("/") && (domain === "karpenter.sh" || domain.endsWith(".karpenter.sh"));
}

/** Keys whose values only an instance type, never a pool, decides; they go on nodes by themselves. */
export const isWellKnown = (key: string): boolean => wellKnown.has(key);

/**
 * What was probably meant by an unknown key: a known one that contains it, ends the same way, or is all but the same.
 */
export function suggestionFor(key: string, known: Iterable<string> = wellKnown): string | undefined {
  const all = [...known];
  const suffix = key.slice(key.lastIndexOf("/") + 1);
  return (
    all.find((candidate) => candidate.includes(key) || candidate.endsWith(`/${suffix}`)) ??
    all.find((candidate) => differences(key, candidate) <= candidate.length / 10)
  );
}

/** How many letters have to be changed, added or left out to make one text of the other (Levenshtein). */
function differences(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, position) => position);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + Number(a[i] !== b[j]);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
