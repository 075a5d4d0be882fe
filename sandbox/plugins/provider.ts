/**
 * A Pulumi resource plugin, reduced to what ours need: plain values in, plain values out; `provider-server.ts` serves
 * it.
 */
import { randomBytes } from "node:crypto";
import type * as proto from "@pulumi/pulumi/proto/provider_pb";

/** A property as it travels: JSON, plus `undefined` for what is not there. */
export type Value = string | number | boolean | null | undefined | readonly Value[] | Properties;
export interface Properties {
  readonly [name: string]: Value;
}

/** Stands for a value that a preview cannot know (pulumi/sdk/go/common/resource/plugin/rpc.go, UnknownStringValue). */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Which resource of the program a request is about. */
export interface Subject {
  readonly urn: string;
  /** E.g. `aws:iam/role:Role`. */
  readonly type: string;
  /** Its name in the program, not in the cloud. */
  readonly name: string;
}

export interface Checked {
  readonly inputs: Properties;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

export interface Difference {
  /** Top-level properties that differ; none means that nothing is to be done. */
  readonly changes: readonly string[];
  /** Those of them that cannot be changed in place. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** What differs, path by path (`spec.template.spec.containers[0].image`), where the plugin can tell. */
  readonly details?: Readonly<Record<string, DetailedDifference>>;
}
export type DetailedDifference = keyof typeof proto.PropertyDiff.Kind;

/** How the engine makes a call: what it waits for, and where it wants to hear about it. */
export interface Call {
  /** Nothing may be changed; answer with what would be. Only set for plugins that say `supportsPreview`. */
  readonly preview: boolean;
  /** The resource's custom timeout, if the program sets one. */
  readonly timeoutMs: number | undefined;
  /** Tells the user, beside the resource. `status` is shown only until the next one. */
  log(severity: "warning" | "status", message: string): void;
}

export interface Existing {
  readonly id: string;
  /** What the resource looks like in reality. */
  readonly state: Properties;
  /** The inputs that would produce this reality; where they differ from the program's, the engine sees drift. */
  readonly inputs: Properties;
}

/** One plugin: the resource types and functions of one Pulumi package. Every error thrown reaches the user as it is. */
export interface Plugin {
  /** Of the published package whose place this takes. */
  readonly version: string;
  /** Whether create and update can say at preview what they would do. @default false */
  readonly supportsPreview?: boolean;
  /** Whether a change of the provider's own inputs means that all its resources are to be replaced. @default never */
  diffConfig?(olds: Properties, news: Properties): Difference;
  /** Once, before everything else, with the provider's own inputs. Values that are not strings come JSON-encoded. */
  configure(config: Properties): Promise<void> | void;
  /** Completes and validates inputs. `olds` are the inputs of last time, so that generated names stay. */
  check(subject: Subject, olds: Properties, news: Properties): Promise<Checked> | Checked;
  diff(subject: Subject, request: DiffRequest): Promise<Difference> | Difference;
  /** Throws `PartlyCreatedError` when something was made that is to be remembered. */
  create(
    subject: Subject,
    inputs: Properties,
    call: Call,
  ): Promise<{ readonly id: string; readonly state: Properties }>;
  /** `undefined` when it is gone. `inputs` and `state` are empty on import. */
  read(subject: Subject, known: Existing): Promise<Existing | undefined>;
  update(subject: Subject, request: UpdateRequest, call: Call): Promise<Properties>;
  /** Not finding it is success. */
  delete(subject: Subject, known: Existing, call: Call): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
  /** The user has interrupted the engine: what still waits should end soon, with an error. */
  cancel?(): void;
}

export interface DiffRequest {
  readonly id: string;
  readonly state: Properties;
  readonly olds: Properties;
  readonly news: Properties;
}
export type UpdateRequest = DiffRequest;

/**
 * The resource exists, but is not what was asked for. The engine remembers it and the next update goes on from there.
 */
export class PartlyCreatedError extends Error {
  override readonly name = "PartlyCreatedError";
  readonly id: string;
  readonly state: Properties;

  constructor(existing: Pick<Existing, "id" | "state">, cause: unknown) {
    super(`created, but not completed: ${messageOf(cause)}`, { cause });
    this.id = existing.id;
    this.state = existing.state;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * A name as Pulumi gives it where the program gives none: `<name>-<7 hex digits>`, so that replacements can overlap.
 */
export const autoName = (name: string, maximum = 63): string =>
  `${name.slice(0, maximum - 8)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
