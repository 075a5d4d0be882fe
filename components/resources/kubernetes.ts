import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";

/** How to reach a cluster's API. */
export interface KubeConnection {
  /** @default the ambient one: $KUBECONFIG, ~/.kube/config, or the pod's own account */
  readonly kubeconfig?: string;
}

export function kubeConfig({ kubeconfig }: KubeConnection): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromString(kubeconfig);
  return config;
}

/** HTTP status of an answer that was an error; `undefined` when there was no answer. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;

/** Why there was no answer: "fetch failed" says nothing, its cause does. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

const patienceMs = 10_000;

/**
 * What a cluster answers, for a preview; `undefined` when it does not, as one that is not there yet. An answer that is
 * an error is thrown.
 */
export async function ifAnswered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await Promise.race([ask(), sleep(patienceMs, undefined, { ref: false })]);
  } catch (error) {
    if (statusOf(error) !== undefined) throw error;
    return undefined;
  }
}
