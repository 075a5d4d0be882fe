/** AWS writes tags as lists of pairs, Pulumi as an object. */
export type Tags = Readonly<Record<string, string>>;

export const toTagList = (tags: Tags | undefined): { readonly Key: string; readonly Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

export const fromTagList = (tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

export interface TagChange {
  readonly removed: string[];
  readonly added: Record<string, string>;
}

/** What has to be said to AWS to come from one set of tags to the other; `undefined` when they are the same. */
export function tagChange(olds: Tags | undefined = {}, news: Tags | undefined = {}): TagChange | undefined {
  const removed = Object.keys(olds).filter((key) => !(key in news));
  const added = Object.fromEntries(Object.entries(news).filter(([key, value]) => olds[key] !== value));
  return removed.length > 0 || Object.keys(added).length > 0 ? { removed, added } : undefined;
}
