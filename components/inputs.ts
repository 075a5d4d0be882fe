import * as pulumi from "@pulumi/pulumi";

/** A plain type of `controller/api` as an argument of a component: every part of it may also come later. */
export type InputsOf<T> = pulumi.Input<
  T extends readonly (infer Item)[]
    ? readonly InputsOf<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: InputsOf<T[Key]> }
      : T
>;

/** Whether an argument is known only while the stack runs. */
export const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;
