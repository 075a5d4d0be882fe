import { isDeepStrictEqual } from "node:util";
import type { DetailedDifference, Difference, DiffRequest, Properties, Value } from "../provider";
import { unknown } from "../provider";
import { isAutonamed, refOf } from "./identity";
import type { ResourceKind } from "./identity";
import { at, isList, isObject, textAt } from "./json";
import type { Path } from "./json";
import { mustReplace } from "./replacement";
import type { Mutable } from "./replacement";

export interface Change {
  readonly path: Path;
  readonly kind: "ADD" | "DELETE" | "UPDATE";
}

/** Every place where two values differ, as deep as the difference lies. */
function changesBetween(old: Value, next: Value, path: Path = []): readonly Change[] {
  if (isDeepStrictEqual(old, next)) return [];
  if (old === undefined) return [{ path, kind: "ADD" }];
  if (next === undefined) return [{ path, kind: "DELETE" }];
  if (isObject(old) && isObject(next)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
    return [...keys].flatMap((key) => changesBetween(old[key], next[key], [...path, key]));
  }
  if (isList(old) && isList(next)) {
    const length = Math.max(old.length, next.length);
    return Array.from({ length }, (_, index) => changesBetween(old[index], next[index], [...path, index])).flat();
  }
  return [{ path, kind: "UPDATE" }];
}

/**
 * Compares what was asked for with what is asked for now: what the server adds by itself is no difference. Drift is
 * seen because a refresh rewrites the old inputs.
 */
export function difference(kind: ResourceKind, request: DiffRequest, context: DiffContext): Difference {
  const { news } = request;
  const olds = placed(request.olds, request.id, context);
  const changes = changesBetween(olds, placed(news, request.id, context));
  const replacing = changes.filter(({ path }) => mustReplace(kind, path, kind.isPatch ? forPatches : context.mutable));
  const details = changes.map((change): [string, DetailedDifference] => [
    written(change.path),
    replacing.includes(change) ? `${change.kind}_REPLACE` : change.kind,
  ]);
  return {
    changes: topLevel(changes),
    replaces: topLevel(replacing),
    // Two objects of one name cannot be at the same time; a generated name leaves the old one in place until then.
    deleteBeforeReplace: replacing.length > 0 && !isAutonamed(news) && sameObject(olds, news, request.id),
    details: Object.fromEntries(details),
  };
}

export interface DiffContext {
  readonly mutable: Mutable;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
}

/** A patch adds to an object that it does not own, so it never replaces one for its contents. */
const forPatches: Mutable = { enableConfigMapMutable: true, enableSecretMutable: true };

/** Inputs with the namespace written out, where the object has one. */
function placed(inputs: Properties, id: string, { namespace }: DiffContext): Properties {
  if (!id.includes("/")) return inputs;
  const metadata = at(inputs, "metadata");
  if (!isObject(metadata) || metadata["namespace"] !== undefined) return inputs;
  return { ...inputs, metadata: { ...metadata, namespace } };
}

function sameObject(olds: Properties, news: Properties, id: string): boolean {
  const old = refOf({ apiVersion: "", kind: "" }, id);
  const name = textAt(news, "metadata", "name") ?? textAt(olds, "metadata", "name");
  const namespace = textAt(news, "metadata", "namespace") ?? textAt(olds, "metadata", "namespace");
  if (name === unknown || namespace === unknown) return false;
  return name === old.name && (old.namespace === undefined || (namespace ?? old.namespace) === old.namespace);
}

const topLevel = (changes: readonly Change[]): string[] => [...new Set(changes.map(({ path }) => String(path[0])))];

/** `spec.containers[0].image`, `metadata.labels["a.b/c"]`: the engine's notation. */
const written = (path: Path): string =>
  path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `["${step}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
