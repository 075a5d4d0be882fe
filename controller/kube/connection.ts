import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { KindInfo } from "../api/kinds";
import type { Clock } from "../ports/clock";
import type { Metrics } from "../ports/metrics";
import { type Action, errorOf, statusOf } from "./api-errors";
import type { Credentials } from "./credentials";
import { groupOf, pathOf, type Target } from "./paths";
import { RateLimiter } from "./rate-limiter";

/** RBAC's verbs, with the HTTP method of each. */
const methods = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
} as const;
export type Verb = keyof typeof methods;

export interface ApiRequest {
  readonly verb: Verb;
  readonly info: KindInfo;
  readonly target?: Target;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Past the client-side rate limit: for the lease, which must not queue behind ordinary work. */
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
}

/** Long enough for the largest page, short enough that a hung server is noticed. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Requests to one API server, as one identity, at a bounded rate. */
export class Connection {
  readonly credentials: Credentials;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #limiter: RateLimiter;

  constructor(
    credentials: Credentials,
    ports: { readonly clock: Clock; readonly metrics: Metrics },
    limits: { readonly qps: number; readonly burst: number },
  ) {
    this.credentials = credentials;
    this.#clock = ports.clock;
    this.#metrics = ports.metrics;
    this.#limiter = new RateLimiter(ports.clock, limits);
  }

  /** Sends a request and reads the whole answer. Throws what `errorOf` says when the server refuses. */
  async send(request: ApiRequest): Promise<unknown> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const startedAt = this.#clock.now();
    const response = await this.#open(request, signal);
    const text = await textOf(response);
    this.#measure(request, (this.#clock.now() - startedAt) / 1_000);
    return JSON.parse(text) as unknown;
  }

  /** Sends a watch and hands out its lines as they come, until the server ends it or `signal` is aborted. */
  async *lines(request: ApiRequest & { readonly signal: AbortSignal }): AsyncGenerator<string> {
    const response = await this.#open(request, request.signal);
    let rest = "";
    for await (const chunk of response) {
      const pieces = (rest + String(chunk)).split("\n");
      rest = pieces.pop() ?? "";
      yield* pieces;
    }
  }

  async #open(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    if (!request.urgent) await this.#limiter.take(signal);
    const method = methods[request.verb];
    const response = await this.#dispatch(request, signal).catch((error: unknown) => {
      this.#metrics.count("client_go_request_total", { code: "<error>", method });
      throw error;
    });
    const code = response.statusCode ?? 0;
    this.#metrics.count("client_go_request_total", { code: String(code), method });
    response.setEncoding("utf8");
    if (code >= 200 && code < 300) return response;
    throw errorOf(statusOf(code, await textOf(response)), actionOf(request));
  }

  async #dispatch({ verb, info, target, query, body }: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, agent } = await this.credentials.current();
    const url = new URL(this.credentials.server + pathOf(info, target));
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const contentType = verb === "patch" ? "application/merge-patch+json" : "application/json";
    const text = body === undefined ? "" : JSON.stringify(body);
    // Said explicitly: for DELETE, Node would send the body without its length, and the server take it for the next
    // request.
    const length = { "content-type": contentType, "content-length": String(Buffer.byteLength(text)) };
    const content = body === undefined ? {} : length;
    const options = {
      method: methods[verb],
      agent,
      signal,
      headers: { ...headers, ...content, accept: "application/json", "user-agent": "pulumi-karpenter" },
    };
    return new Promise((resolve, reject) => {
      const outgoing = send(url, options, resolve);
      outgoing.on("error", reject);
      outgoing.end(text);
    });
  }

  #measure({ verb, info, target }: ApiRequest, seconds: number): void {
    const { group, version } = groupOf(info.apiVersion);
    const subresource = target?.subresource ?? "";
    const labels = { verb, group, version, kind: info.plural, subresource };
    this.#metrics.observe("client_go_request_duration_seconds", seconds, labels);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of response) chunks.push(String(chunk));
  return chunks.join("");
}

function actionOf({ verb, info, target }: ApiRequest): Action {
  const resource = target?.subresource === undefined ? info.plural : `${info.plural}/${target.subresource}`;
  return { verb, resource, group: groupOf(info.apiVersion).group };
}
