/**
 * The annotation `pulumi.com/waitFor`: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}=Running`
 * or `jsonpath={.status.ip}`, one or a JSON list of them that must all hold; the words of `kubectl wait --for`.
 */
import { JSONPath } from "jsonpath-plus";
import type { Properties, Value } from "../provider";
import { textAt } from "./json";
import { conditionOf, ready, waiting } from "./readiness";
import type { Test } from "./readiness";

/** Throws on what it cannot read, with what would be right. */
export function parseWaitFor(annotation: string): Test {
  const tests = expressionsIn(annotation).map((expression) => ({ expression, holds: parse(expression) }));
  return (object) => {
    const open = tests.filter(({ holds }) => !holds(object)).map(({ expression }) => expression);
    return open.length === 0 ? ready : waiting(`${open.join(" and ")} does not hold yet`);
  };
}

function expressionsIn(annotation: string): string[] {
  if (!annotation.trimStart().startsWith("[")) return [annotation];
  const list = JSON.parse(annotation) as unknown;
  if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === "string")) return list;
  throw new Error(
    `annotation pulumi.com/waitFor is ${annotation}: a list is of at least one expression, each a string`,
  );
}

function parse(expression: string): (object: Properties) => boolean {
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(expression);
  if (condition?.[1] !== undefined) return conditionHolds(condition[1], condition[2] ?? "True");
  const path = /^jsonpath=\{(.+?)\}(?:=(.*))?$/.exec(expression);
  if (path?.[1] !== undefined) return pathHolds(path[1], path[2]);
  throw new Error(
    `annotation pulumi.com/waitFor has "${expression}": it is condition=<type>[=<status>] or jsonpath={<path>}[=<value>]`,
  );
}

const conditionHolds =
  (type: string, status: string) =>
  (object: Properties): boolean =>
    textAt(conditionOf(object, type), "status")?.toLowerCase() === status.toLowerCase();

function pathHolds(path: string, value: string | undefined): (object: Properties) => boolean {
  const rooted = path.startsWith("$") ? path : `$${path.startsWith(".") ? "" : "."}${path}`;
  return (object) => {
    // The library types its input as any JSON and its answer as any.
    const found = JSONPath<Value[]>({ path: rooted, json: object as object, wrap: true, eval: "safe" });
    return found.some((item) => (value === undefined ? item !== undefined : written(item) === value));
  };
}

const written = (value: Value): string => (typeof value === "string" ? value : JSON.stringify(value));
