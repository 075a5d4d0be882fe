/** What one resource type of the table must say: its inputs, and how it is made, read back, changed and removed. */
import type { Unwrap } from "@pulumi/pulumi";
import type { Properties } from "../provider";
import type { Aws } from "./aws";

/** How one input behaves. An empty one is optional, can be changed in place, and is compared value by value. */
export interface Property {
  readonly required?: true;
  /** Cannot be changed in place. */
  readonly replaces?: true;
  /**
   * Filled in with the program's name and seven hex digits, at most this long, unless `name` or `namePrefix` is given.
   */
  readonly named?: number;
  /** AWS chooses a value when none is given, so finding one is no drift. */
  readonly computed?: true;
  /** What AWS assumes when it is not given: finding exactly this is no drift. */
  readonly fallback?: string | number | boolean;
  /** AWS does not give it back, or it only steers the plugin: the last input is believed. */
  readonly remembered?: true;
  /**
   * How two values are compared: `json` as documents, `set` regardless of order, `block` as an object in which AWS
   * fills in what was left out. Otherwise value by value.
   */
  readonly as?: "json" | "set" | "block";
}

export interface Change<I> {
  readonly olds: Partial<I>;
  readonly news: I;
}

/**
 * One resource type. `Args` and `State` are the published SDK's, so that a wrong property name does not compile.
 * `create` makes it and answers with the id; `update` brings an existing one to `news`, and runs after `create` too
 * (with no `olds`) when `completes` is set: a failure there leaves a resource that Pulumi remembers.
 */
export interface Definition<I, S> {
  readonly inputs: { readonly [K in keyof I]?: Property };
  /** Belongs to the account, not to a region. */
  readonly global?: true;
  readonly completes?: true;
  /** Two of them cannot exist at a time, even under different ids. */
  readonly deleteBeforeReplace?: true;
  create(inputs: I, aws: Aws): Promise<string>;
  /** What AWS says it is now; `undefined` when it is gone. `known` is what was last seen, empty on import. */
  read(id: string, aws: Aws, known: Partial<S>): Promise<Partial<S> | undefined>;
  update?(id: string, change: Change<I>, aws: Aws): Promise<void>;
  /** Not finding it is success. */
  delete(id: string, aws: Aws, known: Partial<S>): Promise<void>;
}

/** A definition with its types forgotten, as the table holds it. */
export interface Resource extends Omit<Definition<Properties, Properties>, "inputs"> {
  readonly inputs: Readonly<Record<string, Property>>;
}

/** Documents may be written as objects; by the time a resource sees them they are text. */
type Texts<T> = { [K in keyof T]: string extends T[K] ? Exclude<T[K], object> : T[K] };
/** The SDK's argument or state type as plain values. */
export type Plain<T> = Texts<Unwrap<T>>;

export function define<Args, State>(definition: Definition<Plain<Args>, Plain<State>>): Resource {
  // The table is keyed by type token; the program that made these inputs was compiled against the same SDK types.
  return definition as unknown as Resource;
}

export const required: Property = { required: true };
export const fixed: Property = { replaces: true };
export const requiredFixed: Property = { required: true, replaces: true };
export const document: Property = { as: "json" };
/** A name that cannot be changed, generated when not given. */
export const named = (maximum: number): Property => ({ replaces: true, named: maximum });
/** Only decides how the name is generated. */
export const prefix: Property = { replaces: true, remembered: true };
