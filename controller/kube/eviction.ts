import { kinds } from "../api/kinds";
import { ConflictError, NotFoundError } from "../ports/errors";
import type { Eviction, ObjectName } from "../ports/kube";
import type { Metrics } from "../ports/metrics";
import { type Status, ApiError } from "./api-errors";
import type { Connection } from "./connection";

/**
 * Evicts a pod through its disruption budgets. "blocked" is what passes with time: a budget that is used up (429), two
 * budgets over one pod (500), a namespace that is going and will take the pod with it (403).
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
export async function evict(
  connection: Connection,
  metrics: Metrics,
  { name, namespace, uid }: ObjectName & { readonly uid?: string },
): Promise<Eviction> {
  const count = (code: number): void => {
    metrics.count("karpenter_pods_eviction_requests_total", { code: String(code) });
  };
  const deleteOptions = uid === undefined ? {} : { deleteOptions: { preconditions: { uid } } };
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, ...deleteOptions };
  try {
    await connection.send({
      verb: "create",
      info: kinds.Pod,
      target: { namespace, name, subresource: "eviction" },
      body,
    });
    count(200);
    return { result: "evicted" };
  } catch (error) {
    return meaningOf(error, count);
  }
}

function meaningOf(error: unknown, count: (code: number) => void): Eviction {
  if (error instanceof NotFoundError || error instanceof ConflictError) {
    // A conflict is the uid's: another pod has the name now, and ours is gone.
    count(error instanceof NotFoundError ? 404 : 409);
    return { result: "gone" };
  }
  if (error instanceof ApiError) {
    count(error.status.code);
    if (passes(error.status)) return { result: "blocked", message: error.status.message };
  }
  throw error;
}

const passes = ({ code, causes, message }: Status): boolean =>
  code === 429 ||
  causes.includes("NamespaceTerminating") ||
  // The server gives no reason of its own for several budgets; its message is all there is to go by.
  (code === 500 && message.includes("more than one PodDisruptionBudget"));
