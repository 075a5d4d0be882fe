import { join } from "node:path";
import { freePort } from "../processes/free-ports";
import type { Running, Supervisor } from "../processes/supervisor";
import { type Access, type Clients, clientsFor } from "./clients";

/** What EKS's DescribeCluster says of every cluster of the account: the one real control plane. */
export interface ClusterFacts {
  /** https://host:port */
  readonly endpoint: string;
  /** The certificate authority's PEM in base64, as EKS reports it. */
  readonly certificateAuthority: string;
  /** The API server's service-account issuer, an https URL. */
  readonly oidcIssuer: string;
  /** Major and minor, "1.34". */
  readonly version: string;
  readonly serviceCidr: string;
}

export interface AwsOptions {
  readonly supervisor: Supervisor;
  /** A Python interpreter that can import moto[server]. */
  readonly python: string;
  readonly cluster: ClusterFacts;
  /** How long an instance stays pending, and shutting down. @default 1 */
  readonly transitionSeconds?: number;
}

/** Which offerings are meant: all that agree with the fields given. */
export interface OfferingPattern {
  readonly instanceType?: string;
  readonly zone?: string;
  readonly capacityType?: "spot" | "on-demand";
}

/** A reservation of the kinds that EC2 does not make by CreateCapacityReservation. */
export interface SoldReservation {
  readonly id: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly count: number;
  /** ISO 8601. */
  readonly ends?: string;
  readonly isBlock?: boolean;
  readonly isInterruptible?: boolean;
  /** Whose it is. @default this account's */
  readonly owner?: string;
}

/** A running AWS account on this machine, and what may be done to it beside AWS's own API. */
export interface Aws extends Access {
  readonly accountId: string;
  readonly clients: Clients;
  /** From now on CreateFleet finds no capacity in such offerings. */
  lackCapacity(pattern: OfferingPattern): Promise<void>;
  /** Every offering has capacity again. */
  restoreCapacity(): Promise<void>;
  /** A capacity block, interruptible capacity, or what another account shares. */
  reserve(reservation: SoldReservation): Promise<void>;
  /** DescribeInstanceStatus reports the instance, or its host, as impaired. */
  impair(instanceId: string, what: "instance" | "system"): Promise<void>;
  /** DescribeInstanceStatus reports a scheduled event, such as "instance-retirement". */
  scheduleEvent(instanceId: string, code: string): Promise<void>;
  /** From now on every call needs a policy that allows it; the administrator's still do. */
  enforceIam(): Promise<void>;
  stop(): Promise<void>;
}

export const region = "us-east-1";
const accountId = "123456789012";
/** The operator's access key, an administrator's. */
export const administrator = { accessKeyId: "AKIASANDBOXADMIN0000", secretAccessKey: "sandbox-administrator-secret" };
const READY_WITHIN_MS = 60_000;

/** Serves the account; resolves once it answers. Seed it with `seedAccount`. */
export async function startAws(options: AwsOptions): Promise<Aws> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const running = await options.supervisor.start({
    name: "aws",
    command: options.python,
    // -B: the checkout stays as it is, without compiled files.
    args: ["-B", join(__dirname, "moto", "serve.py"), JSON.stringify(settings(options, port))],
    ready: async () => (await fetch(`${endpoint}/sandbox/ready`)).ok,
    readyWithinMs: READY_WITHIN_MS,
  });
  return account(endpoint, running);
}

const settings = ({ cluster, transitionSeconds = 1 }: AwsOptions, port: number): unknown => ({
  port,
  region,
  accountId,
  data: join(__dirname, "..", "..", "controller", "providers", "data"),
  transitionSeconds,
  administrator: { id: administrator.accessKeyId, secret: administrator.secretAccessKey },
  cluster,
});

function account(endpoint: string, running: Running): Aws {
  const access = { endpoint, region, credentials: administrator };
  const control = async (method: string, path: string, body?: unknown): Promise<void> => {
    const answer = await fetch(`${endpoint}${path}`, body === undefined ? { method } : { method, body: text(body) });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  };
  return {
    ...access,
    accountId,
    clients: clientsFor(access),
    lackCapacity: (pattern) => control("POST", "/sandbox/insufficient-capacity", pattern),
    restoreCapacity: () => control("DELETE", "/sandbox/insufficient-capacity"),
    reserve: (reservation) => control("POST", "/sandbox/capacity-reservation", reservation),
    impair: (instanceId, what) => control("POST", "/sandbox/instance-health", { instanceId, [what]: "impaired" }),
    scheduleEvent: (instanceId, code) =>
      control("POST", "/sandbox/instance-health", { instanceId, events: [{ Code: code, Description: code }] }),
    // moto counts calls that need no authorization; none does from the next one on.
    enforceIam: () => control("POST", "/moto-api/reset-auth", "0"),
    stop: () => running.stop(),
  };
}

const text = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));
