import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent, type AgentOptions, type RequestOptions } from "node:https";
import { delimiter } from "node:path";
import { type Cluster, KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import type { Clock } from "../ports/clock";

/** How to reach the API server right now. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent;
}

const REFRESH_MS = 30_000;

/** Which API server, and as whom; tokens and certificates are read again as they rotate. */
export class Credentials {
  readonly server: string;
  /** The namespace that the configuration names: inside a pod, the pod's own. */
  readonly namespace: string | undefined;
  readonly #clock: Clock;
  readonly #config: KubeConfig;
  readonly #cluster: Cluster;
  #access: Access | undefined;
  #readAt = 0;
  #agentKey = "";

  constructor(config: KubeConfig, clock: Clock) {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error("no Kubernetes cluster: set KUBECONFIG, or run inside a pod with a service account");
    this.#config = config;
    this.#clock = clock;
    this.#cluster = cluster;
    this.server = cluster.server;
    this.namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  }

  /** KUBECONFIG first, then the usual kubeconfig file, then the pod's service account. */
  static default(environment: Readonly<Record<string, string | undefined>>, clock: Clock): Credentials {
    const config = new KubeConfig();
    config.loadFromDefault();
    readTokenFiles(config, environment["KUBECONFIG"] ?? "");
    return new Credentials(config, clock);
  }

  /** From one kubeconfig file. */
  static fromFile(path: string, clock: Clock): Credentials {
    const config = new KubeConfig();
    config.loadFromFile(path);
    readTokenFiles(config, path);
    return new Credentials(config, clock);
  }

  async current(): Promise<Access> {
    const now = this.#clock.now();
    if (!this.#access || now - this.#readAt > REFRESH_MS) {
      this.#access = await this.#read(this.#access);
      this.#readAt = now;
    }
    return this.#access;
  }

  async #read(before: Access | undefined): Promise<Access> {
    const options: RequestOptions = { headers: {} };
    await this.#config.applyToHTTPSOptions(options);
    // The library types headers as Node does, and fills in texts only.
    const headers = { ...(options.headers as Readonly<Record<string, string>>) };
    if (typeof options.auth === "string")
      headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const agentKey = JSON.stringify([ca, cert, key]);
    if (before && agentKey === this.#agentKey) return { headers, agent: before.agent };
    this.#agentKey = agentKey;
    // A proxy needs the library's own agent; without one, ours keeps connections open, which the library's does not.
    if (this.#cluster.proxyUrl !== undefined && options.agent instanceof HttpAgent)
      return { headers, agent: options.agent };
    const keep = { keepAlive: true, keepAliveMsecs: 30_000 };
    if (this.server.startsWith("http:")) return { headers, agent: new HttpAgent(keep) };
    const tls: AgentOptions = { ...keep, rejectUnauthorized: rejectUnauthorized ?? true };
    return { headers, agent: new Agent(Object.assign(tls, defined({ ca, cert, key, servername }))) };
  }
}

const defined = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));

interface KubeconfigUsers {
  readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: string } }[];
}

/**
 * Users with `tokenFile`, which kubectl honors and the library leaves out: hands the file to the library's own reader,
 * which reads it again as it rotates.
 */
function readTokenFiles(config: KubeConfig, paths: string): void {
  const files = paths.split(delimiter).filter((path) => path !== "");
  const tokenFiles = new Map(
    files.flatMap((path) => {
      // The library has just read the same file as a kubeconfig.
      const { users = [] } = parse(readFileSync(path, "utf8")) as KubeconfigUsers;
      return users.flatMap(({ name, user }) =>
        user?.tokenFile === undefined ? [] : [[name, user.tokenFile] as const],
      );
    }),
  );
  config.users = config.users.map((user) => {
    const tokenFile = tokenFiles.get(user.name);
    return tokenFile === undefined ? user : { ...user, authProvider: { name: "tokenFile", config: { tokenFile } } };
  });
}
