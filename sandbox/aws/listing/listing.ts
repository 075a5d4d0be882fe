import type { Clients } from "../clients";
import { listCompute } from "./compute";
import { listClusters } from "./clusters";
import { listIdentity } from "./identity";
import { listMessaging } from "./messaging";

/**
 * Everything in an account that our stack could create or change: kind → what there is of it, one line each, sorted.
 */
export type Listing = Readonly<Record<string, readonly string[]>>;

/** Lists the account. Two listings are equal exactly when nothing of it was added, changed or removed between them. */
export async function listAccount({ clients }: { readonly clients: Clients }): Promise<Listing> {
  const parts = await Promise.all([
    listIdentity(clients.iam),
    listCompute(clients.ec2),
    listClusters(clients.eks),
    listMessaging(clients),
  ]);
  const kinds = parts.flatMap((part) => Object.entries(part));
  return Object.fromEntries(
    kinds.map(([kind, lines]) => [kind, lines.toSorted()] as const).sort(([a], [b]) => a.localeCompare(b)),
  );
}

/** What `after` has beyond `before` ("+ kind: line") and lacks of it ("- kind: line"); nothing when they are equal. */
export function listingChanges(before: Listing, after: Listing): string[] {
  const kinds = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return kinds.flatMap((kind) => {
    const old = before[kind] ?? [];
    const now = after[kind] ?? [];
    const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${kind}: ${line}`);
    return [...gone, ...now.filter((line) => !old.includes(line)).map((line) => `+ ${kind}: ${line}`)];
  });
}
