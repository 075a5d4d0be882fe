import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { crds } from "../controller/api/crds";

export interface CrdsArgs {
  /**
   * Leaves the definitions in the cluster when the stack goes. Deleting a definition deletes every object of its kind.
   * @default false
   */
  readonly retain?: boolean;
}

/** Karpenter's kinds, of the version that this controller serves. */
export class Crds extends pulumi.ComponentResource {
  readonly names: readonly string[];

  constructor(name: string, args: CrdsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Crds", name, args, opts);

    for (const { metadata, spec } of crds) {
      new k8s.apiextensions.v1.CustomResourceDefinition(
        `${name}-${metadata.name}`,
        // The spec is the very JSON that kubectl would apply; its type here would only repeat the schema of schemas.
        { metadata, spec: spec as k8s.types.input.apiextensions.v1.CustomResourceDefinitionSpec },
        { parent: this, retainOnDelete: args.retain ?? false },
      );
    }

    this.names = crds.map(({ metadata }) => metadata.name);
    this.registerOutputs({ names: this.names });
  }
}
