import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import type { NodePoolSpec } from "../controller/api/node-pool";
import type { Schema } from "../controller/api/schema-problems";
import type { ClassView, Place, PoolView, StackView } from "./views";

/** What is wrong with an object, and where. */
export interface Violation {
  /** `spec.limits.cpu` */
  readonly path: string;
  /** What would be right. */
  readonly reason: string;
  /** Of the resource at fault, where a rule looks at more than one. */
  readonly urn?: string;
}

/** Something about a rule that users may set. */
export interface Option<T> {
  readonly description: string;
  readonly schema: Schema;
  readonly fallback: T;
}

/** Lays a value at a path of a spec. */
export interface Change {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** A rule said to the API server, for objects that no stack makes. */
export interface Validation {
  /**
   * CEL over `object` that holds where the rule is kept.
   * @see https://kubernetes.io/docs/reference/using-api/cel/
   */
  readonly expression: string;
  readonly message: string;
}

/** Options of a rule, by name, whichever it is. */
export type AnyConfig = Readonly<Record<string, unknown>>;

/** One thing that is asked of every object of a kind. */
export interface Rule<View, Config extends object> {
  readonly name: string;
  readonly description: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  /** Unless users say otherwise: `mandatory` refuses, `advisory` warns. */
  readonly level: "mandatory" | "advisory";
  readonly options: { readonly [Name in keyof Config]: Option<Config[Name]> };
  violations(view: View, config: Config): readonly Violation[];
}

/** A rule about one object. */
export interface ObjectRule<View, Spec, Config extends object = AnyConfig> extends Rule<View, Config> {
  /** What would keep the rule and can be done without asking anybody. */
  remedy?(view: View, config: Config): readonly Change[];
  /** The same in CEL; undefined in a place where nothing is asked. Without it, the API server cannot be told. */
  admission?(config: Config, place: Place): Validation | undefined;
  /** The smallest difference to an object that keeps every rule. */
  readonly examples: { readonly refused: DeepPartial<Spec>; readonly allowed: DeepPartial<Spec> };
}

export type PoolRule<Config extends object = AnyConfig> = ObjectRule<PoolView, NodePoolSpec, Config>;
export type ClassRule<Config extends object = AnyConfig> = ObjectRule<ClassView, EC2NodeClassSpec, Config>;

/** A rule about everything that one stack makes. */
export interface StackRule<Config extends object = AnyConfig> extends Rule<StackView, Config> {
  readonly examples: { readonly refused: ExampleStack; readonly allowed: ExampleStack };
}

/** What a stack makes, by name. */
export interface ExampleStack {
  readonly pools: Readonly<Record<string, DeepPartial<NodePoolSpec>>>;
  readonly classes?: readonly string[];
  /** The controller's queue; null for a controller without one. @default no controller */
  readonly interruptionQueue?: string | null;
}

/** A part of `T`, at any depth; lists are given whole, and `undefined` takes a field away. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Field in keyof T]?: DeepPartial<T[Field]> | undefined }
    : T;

/** What a rule goes by where users say nothing, or say only a part. */
export function configOf<Config extends object>(
  rule: { readonly options: Rule<never, Config>["options"] },
  given: Partial<Config> = {},
): Config {
  const fallbacks = Object.entries<Option<unknown>>(rule.options).map(([name, { fallback }]) => [name, fallback]);
  // Every option has a fallback, of its own type.
  return { ...Object.fromEntries(fallbacks), ...given } as Config;
}
