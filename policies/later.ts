/** Stands for a value that is not known yet, such as an output in a preview. */
export const later: unique symbol = Symbol("later");
export type Later = typeof later;

/** A plain type as it can be seen before everything is known: any part of it may come later. */
export type Seen<T> =
  | Later
  | (T extends readonly (infer Item)[]
      ? readonly Seen<Item>[]
      : T extends object
        ? { readonly [Field in keyof T]: Seen<T[Field]> }
        : T);

/**
 * Whether something holds as far as is known: what comes later is given the benefit of the doubt. Rules are made of
 * this, so that a part that is not known keeps nobody from looking at the rest.
 */
export const may = <T>(value: T | Later, holds: (value: T) => boolean): boolean => isLater(value) || holds(value);

export const isLater = (value: unknown): value is Later => value === later;

/** What is known of a list, with where it is. */
export const knownItems = <Item>(
  list: Later | readonly (Item | Later)[] | undefined,
): readonly (readonly [number, Item])[] =>
  list === undefined || isLater(list)
    ? []
    : list.flatMap((item, index) => (isLater(item) ? [] : [[index, item] as const]));
