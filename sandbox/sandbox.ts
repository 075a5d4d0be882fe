import type { Crash } from "./processes/supervisor";

/** How the sandbox's EKS cluster lets identities in; EKS's own three words. */
export type AuthenticationMode = "API" | "CONFIG_MAP" | "API_AND_CONFIG_MAP";

export interface SandboxOptions {
  /** @default "sandbox" */
  readonly clusterName?: string;
  /** @default "API_AND_CONFIG_MAP" */
  readonly authenticationMode?: AuthenticationMode;
  /** The control plane alone, without AWS: for tests of controllers. @default false */
  readonly kubernetesOnly?: boolean;
  /** Where logs and state go. @default a new folder in the system's folder for temporary files */
  readonly directory?: string;
}

/** A cluster and an account of one's own, on this machine. */
export interface Sandbox {
  /** Logs (`logs/<component>.log`) and state of this sandbox. */
  readonly directory: string;
  /** Path of an admin kubeconfig. */
  readonly kubeconfig: string;
  /** http://127.0.0.1:<port> */
  readonly awsEndpoint: string;
  /** The EKS cluster that exists from the start, backed by the real API server. */
  readonly clusterName: string;
  /** What a program needs to work against the sandbox: AWS endpoint and admin keys, KUBECONFIG, Pulumi's settings, PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settles when a component dies on its own. */
  readonly crashed: Promise<Crash>;
  stop(): Promise<void>;
}
