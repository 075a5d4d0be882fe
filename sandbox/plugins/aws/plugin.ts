/** The plugin: checks, compares and carries out by the table, whatever the type. */
import { messageOf, PartlyCreatedError, unknown } from "../provider";
import type { Checked, DiffRequest, Difference, Existing, Plugin, Properties, Subject, Value } from "../provider";
import { connect } from "./aws";
import type { Aws } from "./aws";
import { holds, isEmpty, same } from "./compare";
import { readConfig } from "./config";
import type { AwsConfig } from "./config";
import { isGenerated, nameFor } from "./naming";
import type { Property, Resource } from "./resource";

/** A function of the package, e.g. `aws:index/getRegion:getRegion`. */
export type Invoke = (args: Properties, aws: Aws) => Promise<Properties>;

export interface Tables {
  readonly version: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly functions: Readonly<Record<string, Invoke>>;
}

type Tags = Readonly<Record<string, string>>;
interface Session {
  readonly aws: (region?: string) => Aws;
  readonly defaultTags: Tags;
}

/** A plugin over the tables, whose AWS is what the environment and the provider's configuration say. */
export function awsPlugin({ version, resources, functions }: Tables, env: NodeJS.ProcessEnv = process.env): Plugin {
  let session: Session | undefined;
  const configured = (): Session => {
    if (!session) throw new Error("provider aws: used before it was configured");
    return session;
  };
  const at = (subject: Subject): Actor => {
    const resource = resources[subject.type];
    if (!resource) throw new Error(`${subject.type} is not a resource type that the sandbox's aws plugin knows`);
    return { resource, subject, ...configured() };
  };

  return {
    version,
    async configure(inputs) {
      const config: AwsConfig = await readConfig(inputs, env);
      session = { aws: connect(config), defaultTags: config.defaultTags };
    },
    check: (subject, olds, news) => check(at(subject), olds, news),
    diff: (subject, request) => diff(at(subject), request),
    create: (subject, inputs) => create(at(subject), inputs),
    read: (subject, known) => read(at(subject), known),
    update: (subject, request) => update(at(subject), request),
    async delete(subject, { id, state }) {
      const { resource, aws } = at(subject);
      await resource.delete(id, aws(regionOf(state)), state);
    },
    async invoke(token, args) {
      const run = functions[token];
      if (!run) throw new Error(`${token} is not a function that the sandbox's aws plugin knows`);
      return run(args, configured().aws(regionOf(args)));
    },
  };
}

interface Actor extends Session {
  readonly resource: Resource;
  readonly subject: Subject;
}

const regional: Readonly<Record<string, Property>> = { region: { replaces: true, computed: true } };

const propertiesOf = ({ inputs, global }: Resource): Readonly<Record<string, Property>> =>
  global ? inputs : { ...inputs, ...regional };

function check({ resource, subject }: Actor, olds: Properties, news: Properties): Checked {
  const properties = propertiesOf(resource);
  const inputs: Record<string, Value> = {};
  for (const [name, value] of Object.entries(news)) {
    if (!isEmpty(value)) inputs[name] = properties[name]?.as === "json" ? toText(value) : value;
  }
  for (const [name, { named }] of Object.entries(properties)) {
    if (named !== undefined) inputs[name] ??= nameFor(subject, { property: name, maximum: named }, { olds, news });
  }
  const strange = Object.keys(inputs).filter((name) => !name.startsWith("__") && !properties[name]);
  const missing = Object.keys(properties).filter((name) => properties[name]?.required && inputs[name] === undefined);
  const broken = Object.keys(inputs).filter((name) => properties[name]?.as === "json" && !isJson(inputs[name]));
  return {
    inputs,
    failures: [
      ...strange.map((property) => ({ property, reason: `${subject.type}: not supported in the sandbox` })),
      ...missing.map((property) => ({ property, reason: `${subject.type}: is required` })),
      ...broken.map((property) => ({ property, reason: `${subject.type}: is not a JSON document` })),
    ],
  };
}

/** Documents may be given as objects; AWS takes text. One that is not wholly known yet is not known. */
function toText(value: Value): Value {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.includes(unknown) ? unknown : text;
}

function isJson(text: Value): boolean {
  if (typeof text !== "string" || text === unknown) return true;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function diff({ resource, subject }: Actor, { olds, news }: DiffRequest): Difference {
  const properties = propertiesOf(resource);
  const changes = Object.keys(properties).filter((name) => !same(properties[name] ?? {}, olds[name], news[name]));
  const replaces = changes.filter((name) => properties[name]?.replaces ?? !resource.update);
  // A name that the program chose cannot be held twice, so the old one goes first; a generated one is generated anew.
  const keepsName = Object.entries(properties).some(
    ([name, { named }]) => named !== undefined && !changes.includes(name) && !isGenerated(subject, name, news),
  );
  const deleteBeforeReplace = replaces.length > 0 && (resource.deleteBeforeReplace ?? keepsName);
  return { changes, replaces, deleteBeforeReplace };
}

async function create(actor: Actor, inputs: Properties): Promise<{ readonly id: string; readonly state: Properties }> {
  const { resource } = actor;
  const aws = actor.aws(regionOf(inputs));
  const wanted = withDefaultTags(actor, inputs);
  const id = await resource.create(wanted, aws);
  try {
    if (resource.completes) await resource.update?.(id, { olds: {}, news: wanted }, aws);
    return { id, state: await stateAfter(actor, { id, inputs, state: inputs }) };
  } catch (error) {
    throw new PartlyCreatedError({ id, state: inputs }, error);
  }
}

async function update(actor: Actor, { id, state, olds, news }: DiffRequest): Promise<Properties> {
  const change = { olds: withDefaultTags(actor, olds), news: withDefaultTags(actor, news) };
  await actor.resource.update?.(id, change, actor.aws(regionOf(state)));
  return stateAfter(actor, { id, inputs: news, state: { ...state, ...news } });
}

async function stateAfter(actor: Actor, known: Existing): Promise<Properties> {
  const found = await read(actor, known);
  if (!found) throw new Error(`${actor.subject.type} ${known.id} is not there after it was written`);
  return found.state;
}

async function read(actor: Actor, { id, inputs, state }: Existing): Promise<Existing | undefined> {
  const { resource, defaultTags } = actor;
  const aws = actor.aws(regionOf(state));
  let actual: Properties | undefined;
  try {
    actual = await resource.read(id, aws, state);
  } catch (error) {
    throw new Error(`reading ${actor.subject.type} ${id}: ${messageOf(error)}`, { cause: error });
  }
  if (!actual) return undefined;

  const remembered = Object.keys(resource.inputs).filter((name) => resource.inputs[name]?.remembered);
  const full: Record<string, Value> = { ...actual, ...(!resource.global && { region: aws.region }) };
  for (const name of remembered) full[name] = inputs[name] ?? state[name];
  if (resource.inputs["tags"]) Object.assign(full, tagsSeen(actual["tags"], inputs["tags"], defaultTags));
  return { id, state: full, inputs: inputsFrom(propertiesOf(resource), inputs, full) };
}

/** The inputs that would lead to what was read: those of last time where they still hold, reality where not. */
function inputsFrom(
  properties: Readonly<Record<string, Property>>,
  inputs: Properties,
  actual: Properties,
): Properties {
  const seen: Record<string, Value> = {};
  for (const [name, property] of Object.entries(properties)) {
    const input = inputs[name];
    const found = actual[name];
    if (!isEmpty(input)) seen[name] = property.remembered || holds(property, input, found) ? input : found;
    else if (!isDefault(property, found)) seen[name] = found;
  }
  return seen;
}

const isDefault = ({ computed, fallback, remembered }: Property, found: Value): boolean =>
  computed === true || remembered === true || isEmpty(found) || found === (fallback ?? false);

function withDefaultTags({ resource, defaultTags }: Actor, inputs: Properties): Properties {
  if (!resource.inputs["tags"] || isEmpty(defaultTags)) return inputs;
  return { ...inputs, tags: { ...defaultTags, ...(inputs["tags"] as Tags | undefined) } };
}

/** `tags` as the program would have to write them, beside `tagsAll`; AWS's own (`aws:…`) belong to neither. */
function tagsSeen(found: Value, given: Value, defaultTags: Tags): { readonly tags: Tags; readonly tagsAll: Tags } {
  const all = Object.entries((found ?? {}) as Tags).filter(([key]) => !key.startsWith("aws:"));
  const own = (given ?? {}) as Tags;
  const tags = all.filter(([key, value]) => key in own || defaultTags[key] !== value);
  return { tags: Object.fromEntries(tags), tagsAll: Object.fromEntries(all) };
}

const regionOf = (properties: Properties): string | undefined => {
  const region = properties["region"];
  return typeof region === "string" && region !== "" ? region : undefined;
};
