import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EC2NodeClassSpec } from "../controller/api/ec2-node-class";
import type { Labels } from "../controller/api/kube-object";
import type { InputsOf } from "./inputs";
import type { MachineSettings } from "../catalog/pool-types";
import { ec2NodeClassProblems } from "./node-pool-problems";
import { knownMachines } from "./pool-catalog";
import { refuse } from "./problem";

export interface EC2NodeClassArgs {
  /** The object's name. @default the resource's name */
  readonly name?: string;
  readonly annotations?: pulumi.Input<Labels>;
  readonly labels?: pulumi.Input<Labels>;
  readonly spec: { readonly [Field in keyof EC2NodeClassSpec]: InputsOf<EC2NodeClassSpec[Field]> };
}

/** A `karpenter.k8s.aws/v1` EC2NodeClass. What can be known to be wrong is refused before anything is created. */
export class EC2NodeClass extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** What pools name it by. */
  readonly objectName: string;
  /** What decides which types its machines may be; undefined where that is known only later. */
  readonly machines: MachineSettings | undefined;

  /** @throws pulumi.InputPropertiesError that lists every problem with its field */
  constructor(name: string, args: EC2NodeClassArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:EC2NodeClass", name, args, opts);
    const { annotations, labels, spec } = args;
    refuse(`EC2NodeClass ${args.name ?? name}`, ec2NodeClassProblems(args.name ?? name, spec));

    const object = new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata: { name: args.name ?? name, annotations, labels },
        spec,
      },
      { parent: this },
    );

    this.objectName = args.name ?? name;
    this.machines = knownMachines(spec);
    this.name = object.metadata.name;
    this.registerOutputs({ name: this.name });
  }
}
