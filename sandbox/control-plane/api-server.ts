import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Engines } from "../engines/engines";
import { freePorts } from "../processes/free-ports";
import { ask, isWell } from "../processes/health";
import type { Supervisor } from "../processes/supervisor";
import { type Credentials, readAuthority, type Server } from "./access";

/** A running API server and what a cloud says of it. */
export interface ApiServer extends Server {
  /** The service-account issuer, in the form that EKS gives it. */
  readonly oidcIssuer: string;
  /** Major and minor, "1.34". */
  readonly version: string;
  readonly serviceCidr: string;
  /** Its own certificate and key, which the other components serve their health with. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface ControlPlaneOptions {
  readonly supervisor: Supervisor;
  readonly engines: Engines;
  readonly directory: string;
}

/** Nothing is kept, so nothing needs an orderly end. */
export const KILL_AT_ONCE = 0;
export const READY_WITHIN_MS = 60_000;
/** What EKS takes when the VPC is in 10.0.0.0/8. */
const serviceCidr = "172.20.0.0/16";

/** Starts etcd and on it kube-apiserver; resolves once the API is served. */
export async function startApiServer(options: ControlPlaneOptions, credentials: Credentials): Promise<ApiServer> {
  const etcd = await startEtcd(options);
  const [port] = await freePorts(1);
  const endpoint = `https://127.0.0.1:${port ?? 0}`;
  const certificates = join(credentials.directory, "apiserver");
  const certificateFile = join(certificates, "apiserver.crt");
  const oidcIssuer = `https://oidc.eks.us-east-1.amazonaws.com/id/${randomBytes(16).toString("hex").toUpperCase()}`;
  const token = credentials.tokens.admin;
  await options.supervisor.start({
    name: "kube-apiserver",
    command: options.engines.binaries["kube-apiserver"],
    args: [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${port ?? 0}`,
      `--cert-dir=${certificates}`,
      // The API server is on a loopback address, which the Service `kubernetes` may not point at.
      "--endpoint-reconciler-type=none",
      `--service-cluster-ip-range=${serviceCidr}`,
      `--token-auth-file=${credentials.tokenFile}`,
      "--authorization-mode=Node,RBAC",
      "--allow-privileged=true",
      `--service-account-issuer=${oidcIssuer}`,
      `--service-account-key-file=${credentials.publicKeyFile}`,
      `--service-account-signing-key-file=${credentials.signingKeyFile}`,
      // Off by default in 1.34; with it the sandbox does what EKS does by webhooks.
      "--feature-gates=MutatingAdmissionPolicy=true",
      "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
    ],
    ready: async () => isWell({ url: `${endpoint}/readyz`, authority: await readAuthority(certificateFile), token }),
    readyWithinMs: READY_WITHIN_MS,
    graceMs: KILL_AT_ONCE,
  });
  const server = { endpoint, authority: await readAuthority(certificateFile) };
  const version = await versionOf(server, token);
  const keyFile = join(certificates, "apiserver.key");
  return { ...server, oidcIssuer, version, serviceCidr, certificateFile, keyFile };
}

/** Starts etcd on a disk that it does not wait for; gives its client URL. */
async function startEtcd({ supervisor, engines, directory }: ControlPlaneOptions): Promise<string> {
  const [clientPort = 0, peerPort = 0] = await freePorts(2);
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  await supervisor.start({
    name: "etcd",
    command: engines.binaries.etcd,
    args: [
      `--data-dir=${join(directory, "etcd")}`,
      "--unsafe-no-fsync",
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ],
    ready: () => isWell({ url: `${client}/health` }),
    readyWithinMs: READY_WITHIN_MS,
    graceMs: KILL_AT_ONCE,
  });
  return client;
}

async function versionOf({ endpoint, authority }: Server, token: string): Promise<string> {
  const { body } = await ask({ url: `${endpoint}/version`, authority, token });
  // What /version answers since there is a Kubernetes; managed clusters add a "+" to the minor.
  const { major, minor } = JSON.parse(body) as { major: string; minor: string };
  return `${major}.${minor.replace(/\D/g, "")}`;
}
