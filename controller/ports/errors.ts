/** The cloud has no such capacity right now. Ask for something else; asking for the same at once will not help. */
export class InsufficientCapacityError extends Error {
  override readonly name = "InsufficientCapacityError";
}

/** The thing is not there (any more). Deleting it counts as done. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** The node class cannot make machines yet; the claim is given up and its pods are planned anew. */
export class NodeClassNotReadyError extends Error {
  override readonly name = "NodeClassNotReadyError";
}

/** Launching failed for a reason that an operator must see. `reason` goes on the claim's Launched condition. */
export class CreateError extends Error {
  override readonly name = "CreateError";
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Somebody else wrote the object first. Read it again and decide anew; never shown to users. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

/** An object of that name exists. */
export class AlreadyExistsError extends Error {
  override readonly name = "AlreadyExistsError";
}

/** The API server refused the object as written; `message` is its own. Retrying the same cannot help. */
export class InvalidError extends Error {
  override readonly name = "InvalidError";
}

/** We may not do that; the message names the action and what to grant. */
export class PermissionError extends Error {
  override readonly name = "PermissionError";
}

/** Retrying cannot help until the object changes. A reconciler that throws it is not called again by back-off. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}

/** No plan came: solving failed, took too long or needed too much memory. The next problem is not affected. */
export class PlanningError extends Error {
  override readonly name = "PlanningError";
}
