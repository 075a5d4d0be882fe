import type { Properties, Value } from "../provider";

/** Reading JSON of unknown shape. */
export type Path = readonly (string | number)[];

export const isObject = (value: Value): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** What lies at a path; `undefined` where the path leads nowhere. */
export function at(value: Value, ...path: Path): Value {
  let found = value;
  for (const step of path) {
    if (typeof step === "number") found = isList(found) ? found[step] : undefined;
    else found = isObject(found) ? found[step] : undefined;
  }
  return found;
}

export function textAt(value: Value, ...path: Path): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: Value, ...path: Path): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function objectAt(value: Value, ...path: Path): Properties {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

export function listAt(value: Value, ...path: Path): readonly Value[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** A copy with these fields of `metadata` set, or left out where they are `undefined`. */
export const withMetadata = (object: Properties, fields: Properties): Properties => ({
  ...object,
  metadata: without({ ...objectAt(object, "metadata"), ...fields }, (value) => value === undefined),
});

export const without = (object: Properties, dropped: (value: Value, key: string) => boolean): Properties =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => !dropped(value, key)));

/** Whether `sought` occurs anywhere in the value. */
export function contains(value: Value, sought: string): boolean {
  if (isList(value)) return value.some((item) => contains(item, sought));
  if (isObject(value)) return Object.values(value).some((item) => contains(item, sought));
  return value === sought;
}
