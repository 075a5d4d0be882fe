/** A tag as the services spell it. */
interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** One resource as one line: its name and, in a stable order, what about it matters. */
export const line = (name: string | undefined, details: Readonly<Record<string, unknown>> = {}): string =>
  [name ?? "?", ...Object.entries(details).map(([key, value]) => `${key}=${JSON.stringify(stable(value))}`)].join(" ");

/** Tags as an object. AWS's own ("aws:…") are left out: nobody can add or remove them. */
export const tagsOf = (tags: readonly Tag[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (tags ?? []).filter(({ Key }) => !Key?.startsWith("aws:")).map(({ Key = "", Value = "" }) => [Key, Value]),
  );

/** The same value with its objects' keys in order. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, stable(inner)]));
}

/** Every item of a paginated answer. */
export async function collect<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}
