import type { Properties } from "../provider";
import type { Cluster } from "./cluster";
import { ApiError, KindNotServedError } from "./errors";
import type { Kind } from "./identity";
import { at, isObject, listAt, textAt } from "./json";

export interface Served {
  /** `nodepools` */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Which kinds the server serves, and where. Kinds come and go with their CRDs, so only hits are remembered. */
export class Discovery {
  readonly #cluster: Cluster;
  readonly #served = new Map<string, Served>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Throws `KindNotServedError`. */
  async find(kind: Kind): Promise<Served> {
    const known = this.#served.get(keyOf(kind));
    if (known) return known;
    for (const resource of await this.#resources(kind)) {
      const plural = textAt(resource, "name") ?? "";
      const served = { plural, namespaced: at(resource, "namespaced") === true };
      const name = textAt(resource, "kind");
      // `deployments/scale` is of kind Scale: subresources are not objects of their own.
      if (name !== undefined && !plural.includes("/")) this.#served.set(keyOf({ ...kind, kind: name }), served);
    }
    const found = this.#served.get(keyOf(kind));
    if (found) return found;
    throw new KindNotServedError(`the cluster serves no ${kind.apiVersion} ${kind.kind}: is its CRD installed?`);
  }

  /** After an answer that contradicts what we remember. */
  forget(kind: Kind): void {
    this.#served.delete(keyOf(kind));
  }

  async #resources({ apiVersion, kind }: Kind): Promise<Properties[]> {
    try {
      const list = await this.#cluster.request({ method: "GET", path: rootOf(apiVersion) });
      return listAt(list, "resources").filter(isObject);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
      const message = `the cluster serves no ${apiVersion}, so no ${kind} either: is its CRD installed?`;
      throw new KindNotServedError(message, { cause: error });
    }
  }
}

/** Core kinds live under /api, all others under /apis. */
export const rootOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

const keyOf = ({ apiVersion, kind }: Kind): string => `${apiVersion} ${kind}`;
