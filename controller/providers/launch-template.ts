import type { ConnectionTracking, MetadataOptions } from "../api/ec2-node-class";
import type { Labels } from "../api/kube-object";
import type { ReservationTarget } from "./reservation-target";

/** Everything about a machine that is fixed before EC2 chooses its type and zone. Same content, same template. */
export interface LaunchTemplate {
  readonly imageId: string;
  readonly instanceProfile: string;
  /** Plain text. */
  readonly userData: string;
  readonly detailedMonitoring: boolean;
  readonly blockDevices: readonly BlockDevice[];
  readonly networkInterfaces: readonly TemplateInterface[];
  readonly metadata: Required<MetadataOptions>;
  readonly tenancy: "default" | "dedicated";
  readonly placementGroup?: { readonly name?: string; readonly id?: string };
  readonly nestedVirtualization?: "enabled" | "disabled";
  /** Nitro Enclaves. */
  readonly enclave: boolean;
  readonly spot: boolean;
  /** The only reservation to launch into, or `none`, not even an open one. @default any that is open */
  readonly reservation?: ReservationTarget | "none";
  /** On the template and on what EC2 makes from it beside instance and volumes: interfaces and spot requests. */
  readonly tags: Labels;
}

export interface BlockDevice {
  readonly deviceName: string;
  readonly deleteOnTermination: boolean;
  readonly encrypted?: boolean;
  readonly sizeGiB?: number;
  readonly type?: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly initializationRate?: number;
}

export interface TemplateInterface {
  readonly networkCard: number;
  readonly device: number;
  readonly type: "interface" | "efa" | "efa-only";
  readonly securityGroupIds: readonly string[];
  readonly publicIp?: boolean;
  readonly ipv4Prefixes?: number;
  readonly connectionTracking?: ConnectionTracking;
}
