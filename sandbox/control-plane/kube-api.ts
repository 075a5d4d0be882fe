import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { parse } from "yaml";
import { type Answer, exchange } from "./exchange";

/** The API server refused. `code` is the HTTP status, `reason` Kubernetes' own word for it. */
class KubeApiError extends Error {
  override readonly name = "KubeApiError";
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export const isKubeError = (error: unknown, code: number): boolean =>
  error instanceof KubeApiError && error.code === code;

/** What every object has. */
export interface Meta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly creationTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
}

interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

const TIMEOUT_MS = 30_000;

/**
 * The API server by path and JSON, as whom a kubeconfig with a token says. For those who play
 * machines: no watches, no caches.
 */
export class KubeApi {
  readonly #server: URL;
  readonly #token: string;
  readonly #agent: Agent;

  /** @param kubeconfig path of one with an inline authority and a token, such as the sandbox's own */
  constructor(kubeconfig: string) {
    // The shape that `writeKubeconfig` writes.
    const config = parse(readFileSync(kubeconfig, "utf8")) as {
      readonly clusters: [
        { readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } },
      ];
      readonly users: [{ readonly user: { readonly token: string } }];
    };
    const { server, "certificate-authority-data": authority } = config.clusters[0].cluster;
    this.#server = new URL(server);
    this.#token = config.users[0].user.token;
    this.#agent = new Agent({ ca: Buffer.from(authority, "base64"), keepAlive: true, maxSockets: 20 });
  }

  get endpoint(): string {
    return this.#server.origin;
  }

  /** The object, or undefined when there is none. The caller names the shape that Kubernetes gives it. */
  async get<T>(path: string): Promise<T | undefined> {
    try {
      return (await this.#send({ method: "GET", path })) as T; // by the API server's schema
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    }
  }

  async list<T>(path: string): Promise<readonly T[]> {
    const { items } = (await this.#send({ method: "GET", path })) as { readonly items: readonly T[] }; // by its schema
    return items;
  }

  create<T>(path: string, body: object): Promise<T> {
    return this.#send({ method: "POST", path, body }) as Promise<T>; // what was asked for, completed
  }

  /** With the object's resourceVersion in the body: throws with code 409 when it moved on. */
  async replace(path: string, body: object): Promise<void> {
    await this.#send({ method: "PUT", path, body });
  }

  /** JSON merge patch. */
  async patch(path: string, body: object): Promise<void> {
    await this.#send({ method: "PATCH", path, body, contentType: "application/merge-patch+json" });
  }

  /** Made when absent, made equal when present, fields of others left alone (server-side apply). */
  async apply(path: string, body: object): Promise<void> {
    const applied = `${path}?fieldManager=sandbox&force=true`;
    await this.#send({ method: "PATCH", path: applied, body, contentType: "application/apply-patch+yaml" });
  }

  /** What is gone already is fine. */
  async delete(
    path: string,
    options: { readonly gracePeriodSeconds?: number; readonly uid?: string } = {},
  ): Promise<void> {
    const { gracePeriodSeconds, uid } = options;
    const body = { gracePeriodSeconds, ...(uid !== undefined && { preconditions: { uid } }) };
    try {
      await this.#send({ method: "DELETE", path, body });
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
  }

  async #send({ method, path, body, contentType = "application/json" }: Call): Promise<unknown> {
    const content = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      accept: "application/json",
      "content-type": contentType,
      // Said for every method: Node would send a DELETE's body without saying where it ends.
      "content-length": Buffer.byteLength(content),
    };
    const options = { method, headers, agent: this.#agent, timeout: TIMEOUT_MS };
    return objectIn(await exchange(new URL(path, this.#server), options, content));
  }
}

function objectIn({ code, text }: Answer): unknown {
  const answer = parsed(text);
  if (answer !== undefined && code < 300) return answer;
  throw new KubeApiError(code, answer?.reason ?? "", answer?.message ?? text.slice(0, 200));
}

/** An object or a Status; undefined for the plain text of a proxy, or of a server that is going down. */
function parsed(text: string): { readonly reason?: string; readonly message?: string } | undefined {
  try {
    return JSON.parse(text) as { readonly reason?: string; readonly message?: string }; // one of the two
  } catch {
    return undefined;
  }
}
