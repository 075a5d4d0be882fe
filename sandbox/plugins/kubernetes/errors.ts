import type { Properties } from "../provider";
import { listAt, numberAt, textAt } from "./json";

/** No answer from the cluster: nobody knows what it holds. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(server: string, options?: ErrorOptions) {
    const reason = options?.cause instanceof Error ? reasonOf(options.cause) : "no answer";
    super(
      `the Kubernetes cluster at ${server} is unreachable (${reason}); if it is gone for good, ` +
        `PULUMI_K8S_DELETE_UNREACHABLE=true (provider option deleteUnreachable) lets its resources be dropped from the state`,
      options,
    );
  }
}

/** Node joins attempts at several addresses into an error with an empty message. */
const reasonOf = (error: Error): string => {
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
};

/** The API server's refusal: its `Status` object (https://kubernetes.io/docs/reference/using-api/api-concepts/). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`…; empty when it was not the API that answered. */
  readonly reason: string;
  readonly status: Properties;

  constructor(code: number, status: Properties, fallback: string) {
    super(textAt(status, "message") ?? fallback);
    this.code = code;
    this.reason = textAt(status, "reason") ?? "";
    this.status = status;
  }

  /** How long the server wants to be left alone. */
  get retryAfterMs(): number {
    return (numberAt(this.status, "details", "retryAfterSeconds") ?? 1) * 1_000;
  }
}

/** A kind that the API server does not serve: misspelt, or its CRD is not (or no longer) there. */
export class KindNotServedError extends Error {
  override readonly name = "KindNotServedError";
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof KindNotServedError || (error instanceof ApiError && error.code === 404);

export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === "AlreadyExists";

/** The namespace of the object is missing, rather than the object. */
export const isNamespaceMissing = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && textAt(error.status, "details", "kind") === "namespaces";

export interface FieldConflict {
  /** `.spec.replicas` */
  readonly field: string;
  /** As the server says it: `conflict with "kubectl" using apps/v1`. */
  readonly message: string;
}

export const isWith = ({ message }: FieldConflict, fieldManager: string): boolean =>
  message.startsWith(`conflict with "${fieldManager}"`);

/** The fields that others manage, if that is what the server objects to. */
export function fieldConflicts(error: unknown): readonly FieldConflict[] {
  if (!(error instanceof ApiError) || error.reason !== "Conflict") return [];
  return listAt(error.status, "details", "causes")
    .filter((cause) => textAt(cause, "reason") === "FieldManagerConflict")
    .map((cause) => ({ field: textAt(cause, "field") ?? "", message: textAt(cause, "message") ?? "" }));
}

/**
 * The same error, said so that the user knows which resource it is about and what to do. `ours` is the field manager
 * whose own fields are no news to anybody.
 */
export function explained(error: unknown, about: string, ours?: string): unknown {
  if (!(error instanceof ApiError)) return error;
  const conflicts = fieldConflicts(error).filter((conflict) => ours === undefined || !isWith(conflict, ours));
  if (conflicts.length > 0) {
    const fields = conflicts.map(({ field, message }) => `${field} (${message})`).join(", ");
    return new Error(
      `${about}: others manage these fields: ${fields}; leave them out, or take them over with the annotation pulumi.com/patchForce: "true"`,
      { cause: error },
    );
  }
  const advice = isAlreadyExists(error)
    ? "; import it, name it differently, or set the provider's upsertExistingObjects to take it over"
    : "";
  return new Error(`${about}: ${error.message}${advice}`, { cause: error });
}
