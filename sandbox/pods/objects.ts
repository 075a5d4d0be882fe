import type { KubeApi } from "../control-plane/kube-api";

/** A ConfigMap's or Secret's entries. */
export type Entries = ReadonlyMap<string, Buffer>;

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Entries of the objects that a pod in this namespace refers to. Throws when one that is not optional is missing. */
export class Objects {
  readonly #api: KubeApi;
  readonly #namespace: string;

  constructor(api: KubeApi, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  async configMap(name: string, optional = false): Promise<Entries> {
    const found = await this.#get<ConfigMap>("configmaps", name, optional);
    const text = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
    return new Map([...text, ...decoded(found?.binaryData)]);
  }

  async secret(name: string, optional = false): Promise<Entries> {
    const found = await this.#get<ConfigMap>("secrets", name, optional);
    return new Map(decoded(found?.data));
  }

  async #get<T>(kind: "configmaps" | "secrets", name: string, optional: boolean): Promise<T | undefined> {
    const found = await this.#api.get<T>(`/api/v1/namespaces/${this.#namespace}/${kind}/${name}`);
    if (found === undefined && !optional) throw new Error(`${kind.slice(0, -1)} "${name}" not found`);
    return found;
  }
}

const decoded = (data: Readonly<Record<string, string>> = {}): (readonly [string, Buffer])[] =>
  Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")] as const);
