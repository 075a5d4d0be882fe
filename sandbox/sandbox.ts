import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Aws, startAws } from "./aws/aws";
import { type AuthenticationMode, type Seed, seedAccount } from "./aws/seed-account";
import { type ControlPlane, startControlPlane } from "./control-plane/control-plane";
import { removeTree } from "./engines/cache";
import { buildEngines, type Engines } from "./engines/engines";
import { Progress, type Report } from "./engines/progress";
import { environmentOf } from "./environment";
import { startPlayers } from "./players";
import { unlessAborted } from "./processes/interruption";
import { type Crash, Supervisor } from "./processes/supervisor";

export interface SandboxOptions {
  /** @default "sandbox" */
  readonly clusterName?: string;
  /** How the cluster lets identities in. @default "API_AND_CONFIG_MAP" */
  readonly authenticationMode?: AuthenticationMode;
  /** The control plane alone, without AWS: for tests of controllers. @default false */
  readonly kubernetesOnly?: boolean;
  /**
   * Where logs and state go; must not be another sandbox's.
   * @default a new folder in the system's folder for temporary files
   */
  readonly directory?: string;
  /** Ends the start when it is aborted; what was started goes, and so does the folder unless it was given. */
  readonly signal?: AbortSignal;
  /** Told how finding or building the engines goes. @default standard error */
  readonly report?: Report;
}

/** A Kubernetes cluster of one's own, on this machine. */
export interface KubernetesSandbox {
  /** Logs (`logs/<component>.log`) and state of this sandbox. */
  readonly directory: string;
  /** Path of an admin kubeconfig. */
  readonly kubeconfig: string;
  readonly clusterName: string;
  /**
   * What a program needs to work against the sandbox, to be laid over its environment: KUBECONFIG, Pulumi's settings,
   * PATH, AWS endpoint and admin keys.
   */
  readonly environment: Readonly<Record<string, string>>;
  /** Settles when a component dies on its own. Never rejects. */
  readonly crashed: Promise<Crash>;
  /** Where further programs can be run that end with the sandbox. */
  readonly supervisor: Supervisor;
  readonly engines: Engines;
  /** Ends everything; the folder stays, to be read. */
  stop(): Promise<void>;
  /** Ends everything, and removes the folder unless it was given. */
  discard(): Promise<void>;
}

/** The same with an AWS account, in which that cluster is an EKS cluster. */
export interface Sandbox extends KubernetesSandbox {
  /** http://127.0.0.1:<port> */
  readonly awsEndpoint: string;
  readonly aws: Aws;
  /** What the account held from the start. */
  readonly seed: Seed;
}

/**
 * Starts a sandbox, building its engines if need be. Throws, leaving no process behind, when a
 * component does not come up.
 */
export function startSandbox(options: SandboxOptions & { readonly kubernetesOnly: true }): Promise<KubernetesSandbox>;
export function startSandbox(options?: SandboxOptions & { readonly kubernetesOnly?: false }): Promise<Sandbox>;
export async function startSandbox(options: SandboxOptions = {}): Promise<KubernetesSandbox | Sandbox> {
  const { signal } = options;
  const engines = await unlessAborted(buildEngines(options.report ?? new Progress(process.stderr).report), signal);
  const directory = await makeDirectory(options.directory);
  const supervisor = new Supervisor(directory);
  const removeFolder = async (): Promise<void> => {
    if (options.directory === undefined) await removeTree(directory);
  };
  try {
    const sandbox = await unlessAborted(startEverything(options, { engines, directory, supervisor }), signal);
    const discard = async (): Promise<void> => {
      await sandbox.stop();
      await removeFolder();
    };
    return { ...sandbox, discard };
  } catch (error) {
    await supervisor.stop();
    if (signal?.aborted) await removeFolder();
    throw error;
  }
}

interface Ground {
  readonly engines: Engines;
  readonly directory: string;
  readonly supervisor: Supervisor;
}

type Undiscarded = Omit<KubernetesSandbox, "discard"> | Omit<Sandbox, "discard">;

async function startEverything(options: SandboxOptions, ground: Ground): Promise<Undiscarded> {
  const { clusterName = "sandbox", kubernetesOnly = false } = options;
  const controlPlane = await startControlPlane(ground);
  const [account] = await Promise.all([
    kubernetesOnly ? undefined : startAccount(options, ground, controlPlane),
    controlPlane.startControllers(),
  ]);
  const { kubeconfig, version: kubernetesVersion } = controlPlane;
  const environment = await environmentOf({ ...ground, kubeconfig, aws: account?.aws });
  const common = { ...ground, kubeconfig, clusterName, environment, crashed: ground.supervisor.crashed };
  if (!account) return { ...common, stop: () => ground.supervisor.stop() };

  const players = startPlayers({ ...common, kubernetesVersion, aws: account.aws });
  const stop = async (): Promise<void> => {
    // First those that call the others.
    await players.stop();
    await ground.supervisor.stop();
  };
  return { ...common, ...account, awsEndpoint: account.aws.endpoint, stop };
}

async function startAccount(
  { clusterName = "sandbox", authenticationMode = "API_AND_CONFIG_MAP" }: SandboxOptions,
  { engines, supervisor }: Ground,
  controlPlane: ControlPlane,
): Promise<{ aws: Aws; seed: Seed }> {
  const { endpoint, authority, oidcIssuer, version, serviceCidr } = controlPlane;
  const certificateAuthority = Buffer.from(authority).toString("base64");
  const cluster = { endpoint, certificateAuthority, oidcIssuer, version, serviceCidr };
  const aws = await startAws({ supervisor, python: engines.python, cluster });
  const seed = await seedAccount(aws, { clusterName, authenticationMode });
  return { aws, seed };
}

async function makeDirectory(asked: string | undefined): Promise<string> {
  if (asked === undefined) return mkdtemp(join(tmpdir(), "pulumi-karpenter-"));
  await mkdir(asked, { recursive: true });
  return asked;
}
