import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { crds } from "../controller/api/crds";

export interface CrdsArgs {
  /**
   * Leaves the definitions in the cluster when the stack goes. Deleting a definition deletes every object of its kind.
   * @default false
   */
  readonly retain?: boolean;
  /**
   * Whether the definition of CapacityBuffer is ours to install and remove. Cluster Autoscaler brings the same one;
   * where it is there already, leave it alone.
   * @default true
   */
  readonly capacityBuffers?: boolean;
}

const sharedDefinition = "capacitybuffers.autoscaling.x-k8s.io";

/** Karpenter's kinds, of the version that this controller serves. */
export class Crds extends pulumi.ComponentResource {
  readonly names: readonly string[];

  constructor(name: string, args: CrdsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Crds", name, args, opts);

    const own = crds.filter(({ metadata }) => args.capacityBuffers !== false || metadata.name !== sharedDefinition);
    for (const { metadata, spec } of own) {
      new k8s.apiextensions.v1.CustomResourceDefinition(
        `${name}-${metadata.name}`,
        // The spec is the very JSON that kubectl would apply; its type here would only repeat the schema of schemas.
        { metadata, spec: spec as k8s.types.input.apiextensions.v1.CustomResourceDefinitionSpec },
        { parent: this, retainOnDelete: args.retain ?? false },
      );
    }

    this.names = own.map(({ metadata }) => metadata.name);
    this.registerOutputs({ names: this.names });
  }
}
