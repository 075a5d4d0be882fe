import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../processes/free-ports";
import { isWell } from "../processes/health";
import { type Credentials, type Identity, makeCredentials, writeKubeconfig } from "./access";
import { type ApiServer, type ControlPlaneOptions, KILL_AT_ONCE, READY_WITHIN_MS, startApiServer } from "./api-server";

/** Nodes with this annotation, and their pods, are kept alive by kwok. */
export const kwokAnnotation = { key: "kwok.x-k8s.io/node", value: "fake" } as const;

/** A real Kubernetes control plane without machines. */
export interface ControlPlane extends Omit<ApiServer, "certificateFile" | "keyFile"> {
  /** Path of an admin kubeconfig. */
  readonly kubeconfig: string;
}

/** A control plane that serves its API already, and what is still to be started. */
export interface ServingControlPlane extends ControlPlane {
  /** Starts controllers, scheduler and kwok; resolves once all are up. */
  startControllers(): Promise<void>;
}

/**
 * Starts etcd and the API server. The controllers are apart, so that other things that need the API
 * only can start beside them.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ServingControlPlane> {
  const credentials = await makeCredentials(join(options.directory, "kubernetes"));
  const { certificateFile, keyFile, ...server } = await startApiServer(options, credentials);
  const kubeconfig = join(options.directory, "kubeconfig");
  await writeKubeconfig(kubeconfig, server, { user: "admin", token: credentials.tokens.admin });
  const peers: Peers = { ...options, credentials, server: { ...server, certificateFile, keyFile } };
  const startControllers = async (): Promise<void> => {
    await Promise.all([startControllerManager(peers), startScheduler(peers), startKwok(peers)]);
  };
  return { ...server, kubeconfig, startControllers };
}

interface Peers extends ControlPlaneOptions {
  readonly credentials: Credentials;
  readonly server: ApiServer;
}

/** Faster than production's defaults: nobody else uses this API server. */
const throughput = ["--kube-api-qps=500", "--kube-api-burst=1000"];

async function startControllerManager(peers: Peers): Promise<void> {
  const { credentials, server } = peers;
  const authorityFile = join(credentials.directory, "ca.crt");
  await writeFile(authorityFile, server.authority);
  await startClient(peers, "kube-controller-manager", [
    // nodeipam wants pod CIDRs to hand out; EKS has none of it either.
    "--controllers=*,-nodeipam",
    "--use-service-account-credentials",
    `--service-account-private-key-file=${credentials.signingKeyFile}`,
    `--root-ca-file=${authorityFile}`,
  ]);
}

const startScheduler = (peers: Peers): Promise<void> => startClient(peers, "kube-scheduler", []);

/** Starts one of Kubernetes' own clients of the API server, which have most of their flags in common. */
async function startClient(
  peers: Peers,
  name: "kube-controller-manager" | "kube-scheduler",
  args: readonly string[],
): Promise<void> {
  const { certificateFile, keyFile, authority } = peers.server;
  const port = await freePort();
  await peers.supervisor.start({
    name,
    command: peers.engines.binaries[name],
    args: [
      `--kubeconfig=${await kubeconfigOf(peers, name)}`,
      // One of each: an election would only cost time.
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--tls-cert-file=${certificateFile}`,
      `--tls-private-key-file=${keyFile}`,
      ...throughput,
      ...args,
    ],
    ready: () => isWell({ url: `https://127.0.0.1:${port}/healthz`, authority }),
    readyWithinMs: READY_WITHIN_MS,
    graceMs: KILL_AT_ONCE,
  });
}

async function startKwok(peers: Peers): Promise<void> {
  const { supervisor, engines, credentials } = peers;
  const port = await freePort();
  // An empty one where there are no stages: without any, kwok would take the user's own settings.
  const settings = join(credentials.directory, "kwok.yaml");
  await writeFile(settings, "");
  await supervisor.start({
    name: "kwok",
    command: engines.binaries.kwok,
    args: [
      `--kubeconfig=${await kubeconfigOf(peers, "kwok")}`,
      ...[settings, ...engines.kwokStages].map((file) => `--config=${file}`),
      `--manage-nodes-with-annotation-selector=${kwokAnnotation.key}=${kwokAnnotation.value}`,
      "--node-lease-duration-seconds=40",
      "--cidr=10.0.0.1/16",
      `--server-address=127.0.0.1:${port}`,
    ],
    ready: () => isWell({ url: `http://127.0.0.1:${port}/healthz` }),
    readyWithinMs: READY_WITHIN_MS,
    graceMs: KILL_AT_ONCE,
  });
}

async function kubeconfigOf({ credentials, server }: Peers, name: Identity): Promise<string> {
  const path = join(credentials.directory, `${name}.kubeconfig`);
  await writeKubeconfig(path, server, { user: name, token: credentials.tokens[name] });
  return path;
}
