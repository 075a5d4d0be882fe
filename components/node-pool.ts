import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../controller/api/kube-object";
import type { NodePoolSpec } from "../controller/api/node-pool";
import type { InputsOf } from "./inputs";
import { refuse } from "./problem";
import { nodePoolProblems } from "./node-pool-problems";

export interface NodePoolArgs {
  /** The object's name. @default the resource's name */
  readonly name?: string;
  readonly annotations?: pulumi.Input<Labels>;
  readonly labels?: pulumi.Input<Labels>;
  readonly spec: { readonly [Field in keyof NodePoolSpec]: InputsOf<NodePoolSpec[Field]> };
}

/**
 * A `karpenter.sh/v1` NodePool. What can be known to be wrong is refused before anything is created; deleting it waits
 * for its machines.
 */
export class NodePool extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: NodePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:NodePool", name, args, opts);
    const { annotations, labels, spec } = args;
    refuse(`NodePool ${args.name ?? name}`, nodePoolProblems(args.name ?? name, spec));

    const object = new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name: args.name ?? name, annotations, labels },
        spec,
      },
      { parent: this },
    );

    this.name = object.metadata.name;
    this.registerOutputs({ name: this.name });
  }
}
