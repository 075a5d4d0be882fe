import { setTimeout as sleep } from "node:timers/promises";
import { crds } from "#controller/api/crds";
import type { KindInfo } from "#controller/api/kinds";
import { Connection } from "#controller/kube/connection";
import { Credentials } from "#controller/kube/credentials";
import { AlreadyExistsError } from "#controller/ports/errors";
import { systemClock } from "#controller/runtime/system-clock";
import { type KubernetesSandbox, startSandbox } from "#sandbox/sandbox";
import { atEnd } from "./at-end";
import { silentMetrics } from "./silence";

let starting: Promise<KubernetesSandbox> | undefined;

/**
 * A real API server with Karpenter's kinds, controllers, scheduler and kwok: one for the whole run, started by the
 * first test that asks. Tests share it, so each keeps to a namespace or to names of its own. Give the asking test or
 * hook time: `this.timeout(STARTING_MS)`.
 */
export function controlPlane(): Promise<KubernetesSandbox> {
  starting ??= start();
  return starting;
}

/** Enough to start one from built engines on a busy machine. */
export const STARTING_MS = 120_000;

/** An admin's connection to it, without a rate limit. */
export async function adminConnection(): Promise<Connection> {
  const { kubeconfig } = await controlPlane();
  return connectionOf(kubeconfig);
}

const connectionOf = (kubeconfig: string): Connection =>
  new Connection(
    Credentials.fromFile(kubeconfig, systemClock),
    { clock: systemClock, metrics: silentMetrics },
    { qps: 10_000, burst: 10_000 },
  );

async function start(): Promise<KubernetesSandbox> {
  const sandbox = await startSandbox({ kubernetesOnly: true });
  atEnd(() => sandbox.discard());
  await installCrds(connectionOf(sandbox.kubeconfig));
  return sandbox;
}

const crdInfo: KindInfo = {
  apiVersion: "apiextensions.k8s.io/v1",
  plural: "customresourcedefinitions",
  namespaced: false,
};

async function installCrds(connection: Connection): Promise<void> {
  for (const crd of crds) {
    await connection.send({ verb: "create", info: crdInfo, body: crd }).catch((error: unknown) => {
      if (!(error instanceof AlreadyExistsError)) throw error;
    });
    await untilEstablished(connection, crd.metadata.name);
  }
}

interface EstablishedCrd {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function untilEstablished(connection: Connection, name: string): Promise<void> {
  for (;;) {
    // The API server answers with a CustomResourceDefinition.
    const crd = (await connection.send({ verb: "get", info: crdInfo, target: { name } })) as EstablishedCrd;
    if (crd.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True")) return;
    await sleep(50);
  }
}
