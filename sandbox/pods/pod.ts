import type { Meta } from "../control-plane/kube-api";

/** The parts of a Pod that decide how it is run. */
export interface Pod {
  readonly metadata: Meta & { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: PodSpec;
  readonly status?: { readonly phase?: string };
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly serviceAccountName?: string;
  readonly restartPolicy?: "Always" | "OnFailure" | "Never";
  readonly terminationGracePeriodSeconds?: number;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvSource[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly resources?: { readonly limits?: Quantities; readonly requests?: Quantities };
  readonly volumeMounts?: readonly VolumeMount[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}

export type Quantities = Readonly<Record<string, string>>;

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
}

export interface KeyReference {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface FieldReference {
  readonly fieldPath: string;
}

export interface ResourceReference {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: FieldReference;
    readonly resourceFieldRef?: ResourceReference;
    readonly configMapKeyRef?: KeyReference;
    readonly secretKeyRef?: KeyReference;
  };
}

interface ObjectReference {
  readonly name?: string;
  readonly optional?: boolean;
}

export interface EnvSource {
  readonly prefix?: string;
  readonly configMapRef?: ObjectReference;
  readonly secretRef?: ObjectReference;
}

interface Item {
  readonly key: string;
  readonly path: string;
}

export interface ItemSource extends ObjectReference {
  readonly items?: readonly Item[];
}

export interface DownwardSource {
  readonly items?: readonly {
    readonly path: string;
    readonly fieldRef?: FieldReference;
    readonly resourceFieldRef?: ResourceReference;
  }[];
}

export interface TokenSource {
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

export interface Projection {
  readonly configMap?: ItemSource;
  readonly secret?: ItemSource;
  readonly downwardAPI?: DownwardSource;
  readonly serviceAccountToken?: TokenSource;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: object;
  readonly configMap?: ItemSource;
  readonly secret?: Omit<ItemSource, "name"> & { readonly secretName?: string };
  readonly downwardAPI?: DownwardSource;
  readonly projected?: { readonly sources?: readonly Projection[] };
}

export interface Probe {
  readonly httpGet?: {
    readonly path?: string;
    readonly port: number | string;
    readonly host?: string;
    readonly scheme?: string;
  };
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string };
  readonly exec?: { readonly command?: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

/** Where the pod is, which its spec does not say. */
export interface Place {
  readonly podIp: string;
  readonly hostIp: string;
}
