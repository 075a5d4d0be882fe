import { keyOf, type KubeObject } from "../controller/api/kube-object";
import { schemaProblems } from "../controller/api/schema-problems";
import { meantBy } from "../controller/api/spelling";
import { asWritten } from "./as-written";
import { BadInput } from "../catalog/bad-input";
import { problemsOf } from "./object-problems";
import type { Found } from "./scenario-file";
import { type ScenarioKind, type ScenarioKinds, scenarioKinds } from "./scenario-kinds";

/** The objects of a scenario, by kind, each valid in itself and named once. */
export type ScenarioObjects = { readonly [K in ScenarioKind]: readonly ScenarioKinds[K][] };

/** What is wrong, and with which object. */
export interface ObjectProblem {
  /** "Pod default/web", or where it stands when it has no name. */
  readonly subject: string;
  readonly path: string;
  readonly reason: string;
}

export const say = ({ subject, path, reason }: ObjectProblem): string => `${subject}: ${path}: ${reason}`;

/**
 * Checks what was found in a file.
 * @throws BadInput that names the first problem and how many more there are
 */
export function objectsOf(found: readonly Found[], file: string): ScenarioObjects {
  const problems: ObjectProblem[] = [];
  const objects = new Map<ScenarioKind, KubeObject[]>([...scenarioKinds.values()].map(({ kind }) => [kind, []]));
  const names = new Set<string>();
  for (const each of found) {
    const read = objectOf(each);
    problems.push(...read.problems);
    if (read.object === undefined) continue;
    const id = `${read.kind} ${keyOf(read.object)}`;
    if (names.has(id))
      problems.push({ subject: id, path: "metadata.name", reason: `is there twice, the second time in ${each.where}` });
    names.add(id);
    objects.get(read.kind)?.push(read.object);
  }
  refuse(problems, file);
  // Each list holds what passed the schema of its kind.
  return Object.fromEntries(objects) as unknown as ScenarioObjects;
}

/** @throws BadInput with the first of the problems, if there are any */
export function refuse(problems: readonly ObjectProblem[], file: string): void {
  const [first, ...more] = problems;
  if (first === undefined) return;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more ${more.length === 1 ? "problem" : "problems"})`;
  throw new BadInput(`${file}: ${say(first)}${rest}`);
}

type Read =
  | { readonly kind: ScenarioKind; readonly object: KubeObject; readonly problems: readonly ObjectProblem[] }
  | { readonly object?: undefined; readonly problems: readonly ObjectProblem[] };

function objectOf({ value, where }: Found): Read {
  const subject = subjectOf(value, where);
  const { kind, apiVersion } = value;
  const info = typeof kind === "string" ? scenarioKinds.get(kind) : undefined;
  const wrong = (path: string, reason: string): Read => ({ problems: [{ subject, path, reason }] });
  if (info === undefined) return wrong("kind", problemWithKind(kind));
  if (apiVersion !== info.apiVersion) {
    const must = `must be ${info.apiVersion}`;
    return wrong(
      "apiVersion",
      apiVersion === undefined ? `is required; it ${must}` : `is ${JSON.stringify(apiVersion)}, but ${must}`,
    );
  }

  const content = asWritten(value, info.schema);
  const problems = schemaProblems(content, info.schema, { path: "" });
  if (problems.length > 0) return { problems: problems.map((problem) => ({ subject, ...problem })) };
  const object = named(content as KubeObject, info); // it passed the schema of its kind
  return {
    ...{ kind: info.kind, object },
    problems: problemsOf(info.kind, object).map((problem) => ({ subject, ...problem })),
  };
}

function problemWithKind(kind: unknown): string {
  if (kind === undefined) return "is required";
  const known = [...scenarioKinds.keys()];
  const meant = typeof kind === "string" ? meantBy(kind, known) : undefined;
  return `${JSON.stringify(kind)} is none that a scenario knows; ${meant === undefined ? `it knows ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

/** How people know the object, as far as it says who it is. */
function subjectOf({ kind, metadata }: Found["value"], where: string): string {
  const what = typeof kind === "string" ? kind : "object";
  const { name, namespace } = (metadata ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  if (typeof name !== "string") return `${what} in ${where}`;
  return typeof namespace === "string" ? `${what} ${namespace}/${name}` : `${what} ${name}`;
}

/** With namespace and uid, as the API server would have it. */
function named(
  object: KubeObject,
  { kind, namespaced }: { readonly kind: string; readonly namespaced: boolean },
): KubeObject {
  const { namespace = "default", ...metadata } = object.metadata;
  const uid = metadata.uid ?? [kind, ...(namespaced ? [namespace] : []), metadata.name].join("/").toLowerCase();
  return { ...object, metadata: { ...metadata, uid, ...(namespaced && { namespace }) } };
}
