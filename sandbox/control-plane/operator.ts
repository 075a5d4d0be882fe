import { type Kind, type Kinds, kinds } from "../../controller/api/kinds";
import type { NodeClaim } from "../../controller/api/node-claim";
import type { Pod } from "../../controller/api/pod";
import { labels } from "../../controller/api/labels";
import { pathOf, type Target } from "../../controller/kube/paths";
import { KubeApi } from "./kube-api";

/** Where an operator's workloads live. */
export const NAMESPACE = "default";

/** An object as one would apply it. */
export interface Manifest<K extends Kind = Kind> {
  readonly kind: K;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: object;
  readonly [field: string]: unknown;
}

interface Event {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Does with a cluster what its operator would do with kubectl. */
export class Operator {
  readonly api: KubeApi;

  /** @param kubeconfig path of the operator's */
  constructor(kubeconfig: string) {
    this.api = new KubeApi(kubeconfig);
  }

  /** Of namespaced kinds those in `NAMESPACE`. */
  list<K extends Kind>(kind: K): Promise<readonly Kinds[K][]> {
    return this.api.list<Kinds[K]>(pathTo(kind));
  }

  get<K extends Kind>(kind: K, name: string): Promise<Kinds[K] | undefined> {
    return this.api.get<Kinds[K]>(pathTo(kind, { name }));
  }

  async create<K extends Kind>(manifest: Manifest<K>): Promise<void> {
    const { kind } = manifest;
    await this.api.create(pathTo(kind), { apiVersion: kinds[kind].apiVersion, ...manifest });
  }

  /** JSON merge patch. */
  async patch(kind: Kind, name: string, change: object): Promise<void> {
    await this.api.patch(pathTo(kind, { name }), change);
  }

  async scale(deployment: string, replicas: number): Promise<void> {
    await this.patch("Deployment", deployment, { spec: { replicas } });
  }

  /** Asks for it; does not wait. */
  async delete(kind: Kind, name: string): Promise<void> {
    await this.api.delete(pathTo(kind, { name }));
  }

  /** All that carry the label. */
  async deleteLabelled(kind: Kind, label: string, value: string): Promise<void> {
    await this.api.delete(`${pathTo(kind)}?labelSelector=${encodeURIComponent(`${label}=${value}`)}`);
  }

  /** Pods of a Deployment that run and are not about to end. */
  async running(app: string): Promise<readonly Pod[]> {
    const pods = await this.list("Pod");
    return pods.filter(
      ({ metadata, status }) =>
        metadata.labels?.["app"] === app && metadata.deletionTimestamp === undefined && status?.phase === "Running",
    );
  }

  /** Claims of a pool; without one of all. */
  async claims(pool?: string): Promise<readonly NodeClaim[]> {
    const claims = await this.list("NodeClaim");
    return claims.filter(({ metadata }) => pool === undefined || metadata.labels?.[labels.nodePool] === pool);
  }

  /** Messages of the events with this reason about an object. */
  async told(kind: Kind, name: string, reason: string): Promise<readonly string[]> {
    const events = await this.api.list<Event>("/api/v1/events");
    return events
      .filter((event) => event.reason === reason && event.involvedObject.kind === kind)
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ message }) => message);
  }
}

const pathTo = (kind: Kind, target: Target = {}): string =>
  pathOf(kinds[kind], kinds[kind].namespaced ? { namespace: NAMESPACE, ...target } : target);
