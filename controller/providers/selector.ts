import type { Labels } from "../api/kube-object";
import type { Filter } from "./ec2-discovery-api";

/** EC2 filters for tags; the value `*` means that the tag exists. */
export const tagFilters = (tags: Labels = {}): readonly Filter[] =>
  Object.entries(tags).map(([key, value]) =>
    value === "*" ? { name: "tag-key", values: [key] } : { name: `tag:${key}`, values: [value] },
  );

/** One query for all terms by id, and one for each other term, since EC2 knows "and" between filters only. */
export function queries<T extends { readonly id?: string }>(
  terms: readonly T[],
  { idFilter, others }: { readonly idFilter: string; readonly others: (term: T) => readonly Filter[] },
): readonly (readonly Filter[])[] {
  const ids = terms.flatMap(({ id }) => id ?? []);
  return [
    ...(ids.length > 0 ? [[{ name: idFilter, values: ids }]] : []),
    ...terms.filter(({ id }) => id === undefined).map(others),
  ];
}

/** Each thing once, by id. */
export const uniqueById = <T extends { readonly id: string }>(lists: readonly (readonly T[])[]): readonly T[] => [
  ...new Map(lists.flat().map((thing) => [thing.id, thing])).values(),
];

export const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
