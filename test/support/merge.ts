/** A part of `T`, at any depth; lists are given whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Objects merge, everything else replaces, left to right. A present value always wins, `0`, `""` and `[]` included; a
 * value of `undefined` removes the field.
 */
export function merge<T extends object>(base: T, ...overrides: readonly DeepPartial<NoInfer<T>>[]): T {
  // The cast holds because overrides are typed as parts of T.
  return overrides.reduce<Fields>((merged, override) => mergeTwo(merged, override as Fields), base as Fields) as T;
}

function mergeTwo(base: Fields, override: Fields): Fields {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const before = merged[key];
    if (value === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = isFields(before) && isFields(value) ? mergeTwo(before, value) : value;
  }
  return merged;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
