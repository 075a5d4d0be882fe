import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";

/** An object of the cluster, as far as needed to find it. */
export interface Target {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
}

export type Live = Required<Pick<KubernetesObject, "metadata">> & Readonly<Record<string, unknown>>;
type Content = Target & Readonly<Record<string, unknown>>;

export const configMap = (name: string, namespace = "default"): Target => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
});

/** Looks at a cluster, and changes it, past Pulumi. */
export class LiveCluster {
  readonly #api: KubernetesObjectApi;

  /** @param kubeconfig path of an admin's */
  constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#api = KubernetesObjectApi.makeApiClient(config);
  }

  /** `undefined` when it is not there. */
  async find(object: Target): Promise<Live | undefined> {
    try {
      // The client makes instances of its classes; plain objects compare better.
      return JSON.parse(JSON.stringify(await this.#api.read(object))) as Live;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async get(object: Target): Promise<Live> {
    const found = await this.find(object);
    if (!found) throw new Error(`no ${object.kind} ${object.metadata.name}`);
    return found;
  }

  async create(object: Content): Promise<void> {
    await this.#api.create(object);
  }

  /** As `kubectl patch --type merge` would. */
  async patch(object: Content): Promise<void> {
    await this.#api.patch(object, undefined, undefined, "somebody-else", undefined, "application/merge-patch+json");
  }

  async delete(object: Target): Promise<void> {
    await this.#api.delete(object);
  }
}

const isGone = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === 404;
