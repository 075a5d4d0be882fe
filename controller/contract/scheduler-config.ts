import { parse } from "yaml";
import { problemWithKey } from "../api/label-syntax";
import type { DefaultSpread, SchedulerConfig } from "../api/scheduler-config";
import type { Parser } from "./parsers";

/**
 * Reads `podTopologySpread.defaultConstraints`, as YAML or JSON. A field that is not known, not allowed or written
 * twice is a mistake worth stopping for: pods would be spread in another way than the kube-scheduler does it.
 */
export const schedulerConfig: Parser<SchedulerConfig> = (text) => {
  const whole = decoded(text) ?? {};
  const spread = fieldOf(whole, "podTopologySpread") ?? {};
  const constraints = fieldOf(spread, "defaultConstraints") ?? [];
  const problems = [
    ...problemsOfMap(whole, { at: "the document", only: "podTopologySpread" }),
    ...problemsOfMap(spread, { at: "podTopologySpread", only: "defaultConstraints" }),
    ...problemsOfList(constraints),
  ];
  if (problems.length > 0) throw new RangeError(`a scheduler configuration: ${problems.join("; ")}`);
  // A list, each item of which was checked against `fields`, which has those of DefaultSpread.
  return { defaultConstraints: constraints as readonly DefaultSpread[] };
};

const path = "podTopologySpread.defaultConstraints";

function decoded(text: string): unknown {
  try {
    return parse(text, { logLevel: "error" }) as unknown;
  } catch (error) {
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new RangeError(`YAML or JSON: ${first.replace(/:$/, "")}`, { cause: error });
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const fieldOf = (value: unknown, name: string): unknown => (isMap(value) ? value[name] : undefined);

function problemsOfMap(value: unknown, { at, only }: { readonly at: string; readonly only: string }): string[] {
  if (!isMap(value)) return [`${at} must be a map with the field ${only}`];
  const others = Object.keys(value).filter((name) => name !== only);
  return others.map((name) => `${at} has no field ${name}, only ${only}`);
}

function problemsOfList(constraints: unknown): string[] {
  if (!Array.isArray(constraints)) return [`${path} must be a list`];
  const items = constraints.map((item: unknown) => (isMap(item) ? item : {}));
  return [
    ...items.flatMap((item, index) => problemsOf(item).map((problem) => `${path}[${index}].${problem}`)),
    ...repetitions(items),
  ];
}

/** What would be right, unless the value is. */
type Rule = (value: unknown) => string | undefined;

const positive: Rule = (value) =>
  Number.isInteger(value) && Number(value) >= 1 ? undefined : "must be a whole number of at least 1";

const among =
  (...values: readonly string[]): Rule =>
  (value) =>
    values.some((each) => each === value) ? undefined : `must be ${values.join(" or ")}`;

const labelKey: Rule = (value) =>
  typeof value === "string" ? problemWithKey(value) : "must be a label key, such as topology.kubernetes.io/zone";

const forbidden: Rule = () => "must not be set: it follows from each pod's Services and owner";

/**
 * The fields of a pod's own constraint
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/).
 */
const fields: Readonly<Partial<Record<string, { readonly rule: Rule; readonly required?: true }>>> = {
  maxSkew: { rule: positive, required: true },
  topologyKey: { rule: labelKey, required: true },
  whenUnsatisfiable: { rule: among("DoNotSchedule", "ScheduleAnyway"), required: true },
  minDomains: { rule: positive },
  nodeAffinityPolicy: { rule: among("Honor", "Ignore") },
  nodeTaintsPolicy: { rule: among("Honor", "Ignore") },
  labelSelector: { rule: forbidden },
  matchLabelKeys: { rule: forbidden },
};
const names = Object.keys(fields);

/** Each begins with the name of a field. */
function problemsOf(constraint: Fields): string[] {
  const missing = names.filter((name) => fields[name]?.required && constraint[name] === undefined);
  const { minDomains, whenUnsatisfiable } = constraint;
  return [
    ...missing.map((name) => `${name} is missing`),
    ...Object.entries(constraint).flatMap(([name, value]) => {
      const field = fields[name];
      const problem = field === undefined ? `is no field: there are ${names.join(", ")}` : field.rule(value);
      return problem === undefined ? [] : [`${name} ${problem}`];
    }),
    ...(minDomains !== undefined && whenUnsatisfiable === "ScheduleAnyway"
      ? ["minDomains goes with whenUnsatisfiable DoNotSchedule only"]
      : []),
  ];
}

/** One hard and one soft constraint on the same label go together; two of a kind contradict each other. */
function repetitions(constraints: readonly Fields[]): string[] {
  const keys = constraints.map(({ topologyKey, whenUnsatisfiable }) =>
    JSON.stringify([topologyKey, whenUnsatisfiable]),
  );
  return keys.flatMap((key, index) => {
    const first = keys.indexOf(key);
    return first === index ? [] : [`${path}[${index}] has topologyKey and whenUnsatisfiable of [${first}] again`];
  });
}
