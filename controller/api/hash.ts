import type { EC2NodeClass } from "./ec2-node-class";
import type { NodePool } from "./node-pool";

/**
 * Drift hashes. A machine remembers the hash of the pool template and of the class it was made from; when the hash
 * differs later, the machine has drifted. Upstream's numbers cannot be met without its hashing library, so ours come
 * with a version of their own: on a version mismatch hashes are written anew instead of compared.
 */
export const nodePoolHashVersion = "pulumi-v1";
export const nodeClassHashVersion = "pulumi-v1";

/** Labels, annotations, taints, class, expiry and grace: what a machine cannot change later. Not requirements. */
export const nodePoolHash = ({ spec: { template } }: NodePool): string =>
  hash({ metadata: template.metadata, spec: { ...template.spec, requirements: undefined } });

/**
 * Everything in the class that is fixed at launch, the family as its alias resolves it. Selectors are left out: what
 * they find is compared with the machine itself. So is `ipPrefixCount`, as upstream does
 * (https://karpenter.sh/docs/concepts/disruption/#drift).
 */
export function nodeClassHash({ spec }: EC2NodeClass): string {
  const family = spec.amiFamily ?? spec.amiSelectorTerms.find(({ alias }) => alias !== undefined)?.alias?.split("@")[0];
  return hash({
    ...spec,
    subnetSelectorTerms: undefined,
    securityGroupSelectorTerms: undefined,
    capacityReservationSelectorTerms: undefined,
    amiSelectorTerms: undefined,
    ipPrefixCount: undefined,
    amiFamily: family?.toLowerCase(),
  });
}

/** 64 bits in decimal, the same for equal values whatever the order of fields and list items. */
export const hash = (value: unknown): string => fnv1a(canonicalJson(value) ?? "").toString();

/**
 * JSON with sorted keys and sorted lists, without what is empty: null, "", 0, false, [] and {} count as not written,
 * since a default that an API server fills in must not look like drift.
 */
function canonicalJson(value: unknown): string | undefined {
  if (Array.isArray(value)) return bracket("[]", value.map(canonicalJson).filter(isPresent).sort());
  if (typeof value !== "object" || value === null) return isEmpty(value) ? undefined : JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => {
    const text = canonicalJson(field);
    return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
  });
  return bracket("{}", fields.filter(isPresent).sort());
}

const isPresent = (text: string | undefined): text is string => text !== undefined;
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || value === 0 || value === false;
const bracket = (pair: string, items: readonly string[]): string | undefined =>
  items.length === 0 ? undefined : `${pair.charAt(0)}${items.join(",")}${pair.charAt(1)}`;

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** FNV-1a over the UTF-8 bytes, 64 bits (RFC 9923). */
export function fnv1a(text: string): bigint {
  let state = OFFSET;
  for (const byte of new TextEncoder().encode(text)) state = BigInt.asUintN(64, (state ^ BigInt(byte)) * PRIME);
  return state;
}
