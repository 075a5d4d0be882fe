import { readFileSync } from "node:fs";
import { CORE_SCHEMA, loadAll, mergeTag, Schema, YAMLException } from "js-yaml";
import { BadInput } from "../catalog/bad-input";

/** A value of the file that should be a Kubernetes object, and where it stands. */
export interface Found {
  /** "document 2" or "document 1, items[3]", for objects that have no name. */
  readonly where: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const STDIN = "-";

/**
 * Every object of a file, lists taken apart. JSON is tried first, since it reads many times faster.
 * @throws BadInput for what cannot be read, with the line where it breaks off
 */
export function readScenarioFile(file: string): readonly Found[] {
  const documents = documentsOf(textOf(file), file).filter((document) => document !== undefined && document !== null);
  if (documents.length === 0) throw new BadInput(`${file}: has no Kubernetes object in it`);
  return documents.flatMap((document, index) => membersOf(document, { where: `document ${index + 1}`, file }));
}

function textOf(file: string): string {
  try {
    return readFileSync(file === STDIN ? process.stdin.fd : file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new BadInput(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function documentsOf(text: string, file: string): readonly unknown[] {
  if (!text.trimStart().startsWith("{")) return yamlDocuments(text, file);
  try {
    return jsonDocuments(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // YAML takes what is nearly JSON: comments, commas before a closing brace, several documents.
    return yamlDocuments(text, file, reasonOf(error, text));
  }
}

/** One document, or several of them one after the other. */
function jsonDocuments(text: string): readonly unknown[] {
  const documents: unknown[] = [];
  let rest = text;
  for (;;) {
    try {
      return [...documents, JSON.parse(rest)];
    } catch (error) {
      const end = positionIn(error, /after JSON at position (\d+)/);
      if (end === undefined || rest[end] !== "{") throw error;
      documents.push(JSON.parse(rest.slice(0, end)));
      rest = rest.slice(end);
    }
  }
}

function positionIn(error: unknown, pattern: RegExp): number | undefined {
  const [, position] = (error instanceof SyntaxError ? pattern.exec(error.message) : undefined) ?? [];
  return position === undefined ? undefined : Number(position);
}

/** What is wrong with JSON, and in which line. */
function reasonOf(error: SyntaxError, text: string): string {
  const position = positionIn(error, /at position (\d+)/) ?? text.length;
  const line = text.slice(0, position).split("\n").length;
  return `line ${line}: ${error.message.replace(/ in JSON at position .*$/, "")}`;
}

/** Times stay text, and `<<` merges, as in what kubectl reads. */
const schema = new Schema([...CORE_SCHEMA.tags, mergeTag]);

function yamlDocuments(text: string, file: string, problemAsJson?: string): readonly unknown[] {
  try {
    return loadAll(text, { schema });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? "" : `line ${error.mark.line + 1}: `;
    throw new BadInput(`${file}: ${problemAsJson ?? line + error.reason}`);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Spot {
  readonly where: string;
  readonly file: string;
}

/** The object itself, or what a `List`, `PodList` and so on holds; members of the latter need not say what they are. */
function membersOf(value: unknown, { where, file }: Spot): readonly Found[] {
  if (!isObject(value)) throw new BadInput(`${file}: ${where}: is no Kubernetes object`);
  const { kind, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List")) return [{ where, value }];
  if (!Array.isArray(items)) throw new BadInput(`${file}: ${kind} in ${where}: items: must be a list of objects`);
  const implied = kind === "List" ? {} : { apiVersion: value["apiVersion"], kind: kind.slice(0, -"List".length) };
  return items.flatMap((item: unknown, index) =>
    membersOf(isObject(item) ? { ...implied, ...item } : item, { where: `${where}, items[${index}]`, file }),
  );
}
