import { isDeepStrictEqual } from "node:util";

/**
 * One kind of resource, in plain values. `Found` is what was learnt while creating it, and is kept beside the inputs.
 */
export interface Resource<Inputs extends object, Found extends object> {
  /** Inputs that make it another resource. */
  readonly identity: readonly (keyof Inputs & string)[];
  /** May find that it is there already. */
  create(inputs: Inputs): Promise<{ readonly id: string; readonly found: Found }>;
  /** `undefined` when it is gone. Left out where there is nothing to look at. */
  read?(state: State<Inputs, Found>): Promise<Found | undefined>;
  /** What is gone already is fine. Runs without the program, from state alone. */
  delete(state: State<Inputs, Found>): Promise<void>;
}

export type State<Inputs, Found> = Inputs & { readonly found: Found };

/** Inputs or state, as Pulumi passes them: what we know, and the provider's own program. */
export type Properties = Readonly<Record<string, unknown>>;

/** What `@pulumi/pulumi/dynamic` calls. */
export interface Provider {
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties }>;
  diff(id: string, olds: Properties, news: Properties): Promise<{ changes: boolean; replaces: string[] }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  read(id: string, state: Properties): Promise<{ id?: string; props?: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, state: Properties): Promise<void>;
}

/** Connections may change (another profile, a new kubeconfig) without the thing itself being another. */
export function provider<Inputs extends object, Found extends object>(resource: Resource<Inputs, Found>): Provider {
  // Properties come from state or from `OwnResource`, whose callers in `components/` give what the types name.
  const asInputs = (properties: Properties): Inputs => properties as Inputs;
  const asState = (properties: Properties): State<Inputs, Found> => properties as State<Inputs, Found>;
  return {
    check: (_olds, news) => Promise.resolve({ inputs: news }),
    diff: (_id, olds, news) => {
      const changed = changes(olds, news);
      const replaces = resource.identity.filter((name) => changed.includes(name));
      return Promise.resolve({ changes: changed.length > 0, replaces });
    },
    create: async (inputs) => {
      const { id, found } = await resource.create(asInputs(inputs));
      return { id, outs: { ...inputs, found } };
    },
    read: async (id, state) => {
      if (resource.read === undefined) return { id, props: state };
      const found = await resource.read(asState(state));
      return found === undefined ? {} : { id, props: { ...state, found } };
    },
    update: (_id, olds, news) => Promise.resolve({ outs: { ...news, found: olds["found"] } }),
    delete: (_id, state) => resource.delete(asState(state)),
  };
}

const ours = (name: string): boolean => name !== "found" && !name.startsWith("__");

function changes(olds: Properties, news: Properties): readonly string[] {
  const names = new Set([...Object.keys(olds), ...Object.keys(news)].filter(ours));
  return [...names].filter((name) => !isDeepStrictEqual(olds[name], news[name]));
}
