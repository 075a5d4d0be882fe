/** One door to one API server: JSON over HTTPS with the kubeconfig's credentials. */
import { existsSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { exchange } from "../../control-plane/exchange";
import type { Properties } from "../provider";
import { ApiError, UnreachableError } from "./errors";
import type { Settings } from "./settings";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** @default "application/json" */
  readonly contentType?: string;
  /** Hears the `Warning` headers: deprecated versions, unknown fields. */
  readonly onWarning?: (message: string) => void;
}

const REQUEST_TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;

export class Cluster {
  readonly #config: KubeConfig;
  readonly server: string;
  /** The namespace of the kubeconfig's context, or `default`. */
  readonly namespace: string;

  private constructor(config: KubeConfig, namespace: string | undefined) {
    this.#config = config;
    this.server = config.getCurrentCluster()?.server ?? "";
    this.namespace = namespace ?? config.getContextObject(config.currentContext)?.namespace ?? "default";
  }

  /** Reads the kubeconfig. Does not speak to the server yet. */
  static async connect(settings: Settings): Promise<Cluster> {
    // Loading the client library takes most of this plugin's start, and check and diff need no cluster.
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    if (settings.kubeconfig === undefined) config.loadFromDefault();
    else if (existsSync(settings.kubeconfig)) config.loadFromFile(settings.kubeconfig);
    else config.loadFromString(settings.kubeconfig);
    if (settings.context !== undefined) config.setCurrentContext(settings.context);
    if (settings.cluster !== undefined) useCluster(config, settings.cluster);
    if (!config.getCurrentCluster())
      throw new Error(`the kubeconfig's context "${config.currentContext}" names no cluster that it holds`);
    return new Cluster(config, settings.namespace);
  }

  /** Throws `ApiError` when the server refuses and `UnreachableError` when there is none. Overload is waited out. */
  async request(request: Request): Promise<Properties> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (!(error instanceof ApiError) || ![429, 503].includes(error.code) || attempt === ATTEMPTS) throw error;
        await sleep(Math.min(error.retryAfterMs, 10_000));
      }
    }
  }

  async #once({ method, path, query = {}, body, contentType, onWarning }: Request): Promise<Properties> {
    const url = new URL(this.server.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const options: RequestOptions = { method, timeout: REQUEST_TIMEOUT_MS };
    await this.#config.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new UnreachableError(this.server, { cause: error });
    });
    const payload = body === undefined ? undefined : JSON.stringify(body);
    // An object here: client-node sets headers by name.
    options.headers = { ...(options.headers as OutgoingHttpHeaders | undefined), ...headersFor(payload, contentType) };
    const { code, headers, text } = await exchange(url, options, payload).catch((cause: unknown) => {
      throw new UnreachableError(this.server, { cause });
    });
    for (const warning of warningsIn(headers.warning ?? "")) onWarning?.(warning);
    const answer = parsed(text);
    if (code < 400) return answer;
    throw new ApiError(code, answer, `${method} ${path}: HTTP ${code}`);
  }
}

const headersFor = (payload: string | undefined, contentType = "application/json"): OutgoingHttpHeaders => ({
  accept: "application/json",
  "user-agent": "pulumi-kubernetes",
  ...(payload !== undefined && { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
});

/** A proxy or an unserved path answers in plain text: that becomes the message. */
function parsed(text: string): Properties {
  if (!text.trimStart().startsWith("{")) return { message: text.trim() };
  return JSON.parse(text) as Properties;
}

/** Each is `299 - "message"`, quotes inside escaped (RFC 7234 §5.5). */
const warningsIn = (header: string): string[] =>
  [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, message = ""]) => message.replaceAll(/\\(.)/g, "$1"));

function useCluster(config: KubeConfig, cluster: string): void {
  config.contexts = config.contexts.map((context) =>
    context.name === config.currentContext ? { ...context, cluster } : context,
  );
}
