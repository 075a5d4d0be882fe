import { AlreadyExistsError, ConflictError, InvalidError, NotFoundError, PermissionError } from "../ports/errors";

/** The API server's `Status` object, as far as we read it. */
export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly string[];
}

/** What was asked for, in RBAC's words; it goes into the message of a refusal. */
export interface Action {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
}

/** The API server failed in a way that may pass: overload, timeout, a restart. Ask again later. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: Status;

  constructor(status: Status, action: Action) {
    super(`cannot ${action.verb} ${action.resource}: the API server answered ${status.code} ${status.message}`);
    this.status = status;
  }
}

/** Reads a response body of an error; a proxy in between may have written something that is no Status. */
export function statusOf(code: number, text: string): Status {
  const { reason, message, details } = parsed(text);
  return {
    code,
    reason: reason ?? "",
    message: message ?? text.slice(0, 200),
    causes: (details?.causes ?? []).flatMap((cause) => cause.reason ?? []),
  };
}

interface WireStatus {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string }[] };
}

function parsed(text: string): WireStatus {
  try {
    const value: unknown = JSON.parse(text);
    // Every field of WireStatus is optional: any object will do.
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const byCode: Readonly<Record<number, (status: Status, action: Action) => Error>> = {
  400: ({ message }) => new InvalidError(message),
  403: forbidden,
  404: ({ message }) => new NotFoundError(message),
  409: ({ reason, message }) =>
    reason === "AlreadyExists" ? new AlreadyExistsError(message) : new ConflictError(message),
  422: ({ message }) => new InvalidError(message),
};

/** A namespace on its way out refuses new things with 403 as well; no grant would help there, time does. */
function forbidden(status: Status, action: Action): Error {
  if (status.causes.includes("NamespaceTerminating")) return new ApiError(status, action);
  const { verb, resource, group } = action;
  return new PermissionError(
    `may not ${verb} ${resource}: grant verb "${verb}" on "${resource}" of API group "${group}" to the controller; ` +
      `the API server says: ${status.message}`,
  );
}

/** The error of `ports/errors.ts` that a status stands for; `ApiError` for those that may pass. */
export const errorOf = (status: Status, action: Action): Error =>
  byCode[status.code]?.(status, action) ?? new ApiError(status, action);
