import type { Clock } from "../ports/clock";
import { Cache } from "./cache";
import type { ClusterFacts, EksApi } from "./eks-api";

/** A control plane's version changes under us, by an upgrade; a node made after it should join with the new images. */
const REFRESH_MS = 5 * 60_000;

interface Deps {
  readonly eks: EksApi;
  readonly clock: Clock;
  readonly clusterName: string;
  /** Set when nodes should reach the API server by another name than the one EKS gives. */
  readonly endpoint?: string;
  /** Set when the API server's certificate is not EKS' own; PEM in base64. */
  readonly caBundle?: string;
}

/** What EKS says of the cluster, with what the settings override. */
export class Cluster {
  readonly #deps: Deps;
  readonly #cache: Cache<ClusterFacts>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#cache = new Cache(deps.clock, REFRESH_MS);
  }

  async facts(): Promise<ClusterFacts> {
    const { eks, clusterName, endpoint, caBundle } = this.#deps;
    const facts = await this.#cache.get(clusterName, () => eks.cluster(clusterName));
    return {
      ...facts,
      ...(endpoint !== undefined && { endpoint }),
      ...(caBundle !== undefined && { certificateAuthority: caBundle }),
    };
  }
}
