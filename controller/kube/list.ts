import type { KindInfo } from "../api/kinds";
import type { KubeObject } from "../api/kube-object";
import type { Connection } from "./connection";

export interface Listing<T> {
  readonly items: readonly T[];
  /** What a watch goes on from. */
  readonly resourceVersion: string;
}

export interface ListOptions {
  readonly signal?: AbortSignal;
  /** @default 500, as kubectl */
  readonly pageSize?: number;
  /** Such as `spec.nodeName=ip-10-0-0-1.ec2.internal`. @default everything */
  readonly fieldSelector?: string;
}

/**
 * Lists every object of a kind, page by page.
 * @throws ApiError with code 410 when it takes so long that the server forgets the first page.
 */
export async function listAll<T extends KubeObject>(
  connection: Connection,
  info: KindInfo,
  { signal, pageSize = 500, fieldSelector }: ListOptions = {},
): Promise<Listing<T>> {
  const items: T[] = [];
  for (let next: string | undefined = ""; ;) {
    const query = {
      limit: String(pageSize),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(next === "" ? {} : { continue: next }),
    };
    const request = { verb: "list", info, query, ...(signal && { signal }) } as const;
    // A list of this kind is a list of T, by the API server's schema.
    const { metadata, items: page } = (await connection.send(request)) as Page<T>;
    for (const object of page) items.push(lean(object));
    next = metadata.continue;
    if (next === undefined || next === "") return { items, resourceVersion: metadata.resourceVersion };
  }
}

interface Page<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

/**
 * Without `managedFields`, which are half of an object and which nobody here reads. Changes the
 * object: it is ours alone.
 */
export function lean<T extends KubeObject>(object: T): T {
  if ("managedFields" in object.metadata) delete object.metadata.managedFields;
  return object;
}
