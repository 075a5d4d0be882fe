/** AWS writes tags as lists of pairs, Pulumi as an object. */
export type Tags = Readonly<Record<string, string>>;

export const toTagList = (tags: Tags | undefined): { readonly Key: string; readonly Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

export const fromTagList = (tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

export interface TagCalls {
  tag(added: Record<string, string>): Promise<unknown>;
  untag(removed: string[]): Promise<unknown>;
}

/** Comes from one set of tags to the other with what has to be said to AWS, and no more. */
export async function retag(change: TagChange, calls: TagCalls): Promise<void> {
  const { tags: olds = {} } = change.olds;
  const { tags: news = {} } = change.news;
  const removed = Object.keys(olds).filter((key) => !(key in news));
  const added = Object.entries(news).filter(([key, value]) => olds[key] !== value);
  if (removed.length > 0) await calls.untag(removed);
  if (added.length > 0) await calls.tag(Object.fromEntries(added));
}

/** A resource as it was and as it is to be. */
export interface TagChange {
  readonly olds: Tagged;
  readonly news: Tagged;
}
interface Tagged {
  readonly tags?: Tags | undefined;
}
