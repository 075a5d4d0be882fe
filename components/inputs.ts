import type * as pulumi from "@pulumi/pulumi";

/** A plain type of `controller/api` as an argument of a component: every part of it may also come later. */
export type InputsOf<T> = pulumi.Input<
  T extends readonly (infer Item)[]
    ? readonly InputsOf<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: InputsOf<T[Key]> }
      : T
>;

/** A component's own options, with more to wait for. */
export const after = (
  parent: pulumi.Resource,
  ...dependsOn: readonly (pulumi.Resource | undefined)[]
): { readonly parent: pulumi.Resource; readonly dependsOn: pulumi.Resource[] } => ({
  parent,
  dependsOn: dependsOn.filter((resource) => resource !== undefined),
});
