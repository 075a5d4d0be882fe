/**
 * The Kubernetes provider for the sandbox: any kind of any API group, against a real API server, with the published
 * provider's manners (https://www.pulumi.com/registry/packages/kubernetes/): server-side apply, waiting for readiness
 * and for deletion, generated names, patches.
 */
import { messageOf, unknown } from "../provider";
import { waitFor } from "./annotations";
import type {
  Call,
  Checked,
  Difference,
  DiffRequest,
  Existing,
  Plugin,
  Properties,
  Subject,
  UpdateRequest,
} from "../provider";
import { difference } from "./diff";
import { UnreachableError } from "./errors";
import { describe, kindOf, refOf, withName } from "./identity";
import type { ResourceKind } from "./identity";
import { at, objectAt } from "./json";
import { read } from "./reading";
import { remove } from "./removal";
import { openSession } from "./session";
import type { Session } from "./session";
import { diffSettings, readSettings } from "./settings";
import type { Settings } from "./settings";
import { parseWaitFor } from "./wait-for";
import { create, update } from "./writing";
import { decodeYaml } from "./yaml-decode";

export class KubernetesPlugin implements Plugin {
  readonly version: string;
  readonly supportsPreview = true;
  readonly diffConfig = diffSettings;
  readonly #interruption = new AbortController();
  #settings: Settings | undefined;
  #session: Promise<Session> | undefined;

  constructor(version: string) {
    this.version = version;
  }

  configure(config: Properties): void {
    this.#settings = readSettings(config, process.env);
  }

  check({ type, name }: Subject, olds: Properties, news: Properties): Checked {
    const kind = kindOf(type, news);
    const complete = { ...news, apiVersion: kind.apiVersion, kind: kind.kind };
    const failures = waitForFailures(news);
    if (!kind.isPatch) return { inputs: withName(complete, olds, name), failures };
    return { inputs: complete, failures: [...failures, ...this.#patchFailures(kind, news)] };
  }

  async diff({ type }: Subject, request: DiffRequest): Promise<Difference> {
    const namespaced = request.id.includes("/");
    const named = [request.olds, request.news].every((inputs) => at(inputs, "metadata", "namespace") !== undefined);
    const namespace = namespaced && !named ? await this.#defaultNamespace() : "";
    return difference(kindOf(type, request.news), request, { mutable: this.#configured(), namespace });
  }

  async create({ type }: Subject, inputs: Properties, call: Call): Promise<{ id: string; state: Properties }> {
    return create(await this.#open(), { kind: kindOf(type, inputs), inputs, call });
  }

  async read({ type }: Subject, known: Existing): Promise<Existing | undefined> {
    return read(await this.#open(), kindOf(type, known.inputs), known);
  }

  async update({ type }: Subject, request: UpdateRequest, call: Call): Promise<Properties> {
    return update(await this.#open(), { kind: kindOf(type, request.news), inputs: request.news, call }, request);
  }

  async delete({ type }: Subject, known: Existing, call: Call): Promise<void> {
    const kind = kindOf(type, known.inputs);
    try {
      await remove(await this.#open(), kind, { known, call });
    } catch (error) {
      if (!(error instanceof UnreachableError) || !this.#configured().deleteUnreachable) throw error;
      call.log("warning", `${describe(refOf(kind, known.id))} was dropped from the state unseen: ${error.message}`);
    }
  }

  invoke(token: string, args: Properties): Promise<Properties> {
    if (token === "kubernetes:yaml:decode") return Promise.resolve(decodeYaml(args));
    return Promise.reject(new Error(`function ${token} is not offered by this provider: kubernetes:yaml:decode is`));
  }

  cancel(): void {
    this.#interruption.abort();
  }

  #patchFailures(kind: ResourceKind, news: Properties): Failure[] {
    const patches = `a patch of ${kind.kind}`;
    const unnamed = news["metadata"] !== unknown && objectAt(news, "metadata")["name"] === undefined;
    return [
      ...(unnamed ? [{ property: "metadata.name", reason: `${patches} names the object that it patches` }] : []),
      ...(this.#configured().enableServerSideApply
        ? []
        : [{ property: "kind", reason: `${patches} needs the provider's enableServerSideApply` }]),
    ];
  }

  async #defaultNamespace(): Promise<string> {
    return this.#configured().namespace ?? (await this.#open()).namespace;
  }

  #configured(): Settings {
    if (!this.#settings) throw new Error("the provider was asked to work before it was configured");
    return this.#settings;
  }

  /** Reads the kubeconfig when a cluster is first needed. */
  #open(): Promise<Session> {
    this.#session ??= openSession(this.#configured(), this.#interruption.signal);
    return this.#session;
  }
}

type Failure = NonNullable<Checked["failures"]>[number];

/** Found out before anything is made, rather than while waiting. */
function waitForFailures(news: Properties): Failure[] {
  const annotation = waitFor(news);
  if (annotation === undefined || annotation === unknown) return [];
  try {
    parseWaitFor(annotation);
    return [];
  } catch (error) {
    return [{ property: "metadata.annotations", reason: messageOf(error) }];
  }
}
