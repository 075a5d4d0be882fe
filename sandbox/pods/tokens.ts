import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { KubeApi } from "../control-plane/kube-api";
import type { Pod } from "./pod";

/** A token that is wanted in a file. */
export interface TokenFile {
  readonly path: string;
  /** Who shall accept it. @default the API server */
  readonly audience?: string | undefined;
  /** @default 3600 */
  readonly expirationSeconds?: number | undefined;
}

const REFRESH_AT = 0.8;
const OWNER_ONLY = { mode: 0o600 } as const;

/** Tokens of the pod's service account, in files that are written anew before they expire. */
export class Tokens {
  readonly #api: KubeApi;
  readonly #pod: Pod;
  /** By path: when each is to be written anew. */
  readonly #files = new Map<string, { readonly file: TokenFile; readonly refreshAt: number }>();

  constructor(api: KubeApi, pod: Pod) {
    this.#api = api;
    this.#pod = pod;
  }

  async add(file: TokenFile): Promise<void> {
    await mkdir(dirname(file.path), { recursive: true });
    this.#files.set(file.path, { file, refreshAt: await this.#write(file) });
  }

  /** Renews those that are due. */
  async refresh(): Promise<void> {
    for (const { file, refreshAt } of this.#files.values()) if (Date.now() > refreshAt) await this.add(file);
  }

  /** Gives the time of the next renewal. */
  async #write({ path, audience, expirationSeconds = 3_600 }: TokenFile): Promise<number> {
    const { name, namespace, uid } = this.#pod.metadata;
    const account = this.#pod.spec.serviceAccountName ?? "default";
    const requested = await this.#api.create<{ readonly status: { readonly token: string } }>(
      `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          audiences: audience === undefined ? [] : [audience],
          expirationSeconds,
          boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
        },
      },
    );
    // Renamed into place: a reader sees the old token or the new one.
    await writeFile(`${path}.new`, requested.status.token, OWNER_ONLY);
    await rename(`${path}.new`, path);
    return Date.now() + expirationSeconds * 1000 * REFRESH_AT;
  }
}
