import { isDeepStrictEqual } from "node:util";

/**
 * One kind of resource, in plain values. `Found` is what was learnt while creating it, and is kept beside the inputs.
 */
export interface Resource<Inputs extends object, Found extends object> {
  /** Inputs that make it another resource. */
  readonly identity: readonly (keyof Inputs & string)[];
  /** What speaks against it, looked for at every preview and `up` in which all inputs are known. @default nothing */
  problems?(inputs: Inputs): Promise<readonly Failure[]>;
  /** May find that it is there already. */
  create(inputs: Inputs): Promise<{ readonly id: string; readonly found: Found }>;
  /** `undefined` when it is gone. Left out where there is nothing to look at. */
  read?(state: State<Inputs, Found>): Promise<Found | undefined>;
  /** Brings it to changed inputs. Left out where these are only to be written down. */
  update?(inputs: Inputs): Promise<void>;
  /** What is gone already is fine. Runs without the program, from state alone. */
  delete(state: State<Inputs, Found>): Promise<void>;
}

/** As Pulumi calls it: a reason why an input may not be so. */
export interface Failure {
  /** One that has a value: Pulumi shows that beside the reason. */
  readonly property: string;
  readonly reason: string;
}

export type State<Inputs, Found> = Inputs & { readonly found: Found };

/** Inputs or state, as Pulumi passes them: what we know, and the provider's own program. */
export type Properties = Readonly<Record<string, unknown>>;

/** What `@pulumi/pulumi/dynamic` calls. */
export interface Provider {
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: readonly Failure[] }>;
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
    check: async (_olds, news) => {
      const failures = isKnown(news) ? await resource.problems?.(asInputs(news)) : undefined;
      return { inputs: news, failures: failures ?? [] };
    },
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
    update: async (_id, olds, news) => {
      await resource.update?.(asInputs(news));
      return { outs: { ...news, found: olds["found"] } };
    },
    delete: (_id, state) => resource.delete(asState(state)),
  };
}

/** What stands in a preview for a value that only an `up` will tell: a word of the engine's protocol. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const isKnown = (value: unknown): boolean =>
  typeof value === "object" && value !== null ? Object.values(value).every(isKnown) : value !== unknown;

const ours = (name: string): boolean => name !== "found" && !name.startsWith("__");

function changes(olds: Properties, news: Properties): readonly string[] {
  const names = new Set([...Object.keys(olds), ...Object.keys(news)].filter(ours));
  return [...names].filter((name) => !isDeepStrictEqual(olds[name], news[name]));
}
