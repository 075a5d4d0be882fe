/** Objects of any kind in one cluster. */
import type { Properties } from "../provider";
import type { Cluster, Request } from "./cluster";
import { rootOf } from "./discovery";
import type { Discovery, Served } from "./discovery";
import { ApiError, isNotFound } from "./errors";
import type { Kind, ObjectRef } from "./identity";
import { isObject, listAt, objectAt, textAt, withMetadata } from "./json";

export interface Write {
  readonly fieldManager: string;
  /** Ask for everything but the storing: defaults, admission, validation. */
  readonly dryRun?: boolean;
  readonly onWarning?: (message: string) => void;
}

export interface Apply extends Write {
  /** Take over fields that others manage. */
  readonly force: boolean;
}

export type Propagation = "Foreground" | "Background" | "Orphan";

export class Objects {
  readonly #cluster: Cluster;
  readonly #discovery: Discovery;

  constructor(cluster: Cluster, discovery: Discovery) {
    this.#cluster = cluster;
    this.#discovery = discovery;
  }

  /** `undefined` when there is no such object, or not even such a kind. */
  async get(ref: ObjectRef): Promise<Properties | undefined> {
    try {
      return await this.#request(ref, (served) => ({ method: "GET", path: this.#pathOf(ref, served) }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Throws when it exists already. */
  create(object: Properties, write: Write): Promise<Properties> {
    const kind = kindIn(object);
    const namespace = textAt(object, "metadata", "namespace");
    return this.#request(kind, (served) => ({
      method: "POST",
      path: this.#collection(kind, served, namespace),
      body: this.#placed(object, served),
      ...written(write),
    }));
  }

  /** Server-side apply: the object shall have these fields, and lose those that this manager asked for before. */
  apply(object: Properties, write: Apply): Promise<Properties> {
    const { query, onWarning } = written(write);
    return this.#request(kindIn(object), (served) => ({
      method: "PATCH",
      path: this.#pathOf(refIn(object), served),
      body: this.#placed(object, served),
      contentType: "application/apply-patch+yaml",
      query: { ...query, force: String(write.force) },
      onWarning,
    }));
  }

  /** The whole object as given; needs `metadata.resourceVersion`. */
  replace(object: Properties, write: Write): Promise<Properties> {
    return this.#request(kindIn(object), (served) => ({
      method: "PUT",
      path: this.#pathOf(refIn(object), served),
      body: this.#placed(object, served),
      ...written(write),
    }));
  }

  patch(ref: ObjectRef, patch: Patch, write: Write): Promise<Properties> {
    return this.#request(ref, (served) => ({
      method: "PATCH",
      path: this.#pathOf(ref, served),
      body: patch.body,
      contentType: `application/${patch.type}+json`,
      ...written(write),
    }));
  }

  delete(ref: ObjectRef, propagationPolicy: Propagation): Promise<Properties> {
    return this.#request(ref, (served) => ({
      method: "DELETE",
      path: this.#pathOf(ref, served),
      body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy },
    }));
  }

  async list(kind: Kind, namespace: string | undefined, labelSelector: string): Promise<Properties[]> {
    const list = await this.#request(kind, (served) => ({
      method: "GET",
      path: this.#collection(kind, served, namespace),
      query: { labelSelector },
    }));
    return listAt(list, "items").filter(isObject);
  }

  async #request(kind: Kind, build: (served: Served) => Request): Promise<Properties> {
    const served = await this.#discovery.find(kind);
    try {
      return await this.#cluster.request(build(served));
    } catch (error) {
      // Without a reason it is the path that was not found: the kind is no longer served as we remember it.
      if (error instanceof ApiError && error.code === 404 && error.reason === "") this.#discovery.forget(kind);
      throw error;
    }
  }

  #collection({ apiVersion }: Kind, served: Served, namespace: string | undefined): string {
    const scope = served.namespaced ? `/namespaces/${namespace ?? this.#cluster.namespace}` : "";
    return `${rootOf(apiVersion)}${scope}/${served.plural}`;
  }

  #pathOf(ref: ObjectRef, served: Served): string {
    return `${this.#collection(ref, served, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  }

  #placed(object: Properties, served: Served): Properties {
    if (!served.namespaced) return object;
    return withMetadata(object, { namespace: textAt(object, "metadata", "namespace") ?? this.#cluster.namespace });
  }
}

export interface Patch {
  readonly type: "merge-patch" | "json-patch";
  readonly body: unknown;
}

const kindIn = (object: Properties): Kind => ({
  apiVersion: textAt(object, "apiVersion") ?? "",
  kind: textAt(object, "kind") ?? "",
});

const refIn = (object: Properties): ObjectRef => ({
  ...kindIn(object),
  namespace: textAt(objectAt(object, "metadata"), "namespace"),
  name: textAt(object, "metadata", "name") ?? "",
});

const written = ({ fieldManager, dryRun = false, onWarning }: Write): Pick<Request, "query" | "onWarning"> => ({
  query: { fieldManager, dryRun: dryRun ? "All" : undefined },
  ...(onWarning && { onWarning }),
});
