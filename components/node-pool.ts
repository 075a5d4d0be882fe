import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PoolWorth } from "../catalog/pool-worth";
import type { Labels } from "../controller/api/kube-object";
import type { NodeClaimTemplate, NodeClaimTemplateSpec, NodePoolSpec } from "../controller/api/node-pool";
import type { EC2NodeClass } from "./ec2-node-class";
import type { InputsOf } from "./inputs";
import { isLater } from "./inputs";
import { nodePoolProblems } from "./node-pool-problems";
import type { CatalogArgs } from "./pool-catalog";
import { poolCatalogProblems, poolCatalogRemarks } from "./pool-catalog-problems";
import { poolReport } from "./pool-report";
import { refuse, remark } from "./problem";

/** A template whose class may stand beside it instead. */
type Template = Omit<NodeClaimTemplate, "spec"> & {
  readonly spec: Omit<NodeClaimTemplateSpec, "nodeClassRef"> & Partial<Pick<NodeClaimTemplateSpec, "nodeClassRef">>;
};

export interface NodePoolArgs {
  /** The object's name. @default the resource's name */
  readonly name?: string;
  readonly annotations?: pulumi.Input<Labels>;
  readonly labels?: pulumi.Input<Labels>;
  /**
   * How the machines are made: takes the place of `nodeClassRef`, and makes the pool depend on the class. With it, the
   * catalog knows how nodes boot.
   */
  readonly nodeClass?: EC2NodeClass;
  readonly spec: {
    readonly [Field in keyof NodePoolSpec]: InputsOf<Field extends "template" ? Template : NodePoolSpec[Field]>;
  };
  /**
   * How the pool is compared with what EC2 sells.
   * @default with what the package knows of the region of the AWS provider
   */
  readonly catalog?: CatalogArgs;
}

/**
 * A `karpenter.sh/v1` NodePool. What can be known to be wrong is refused before anything is created: what the API
 * server or the controller would refuse, requirements that no instance type meets, limits below a single node. Preview
 * tells what the pool can launch and what that may cost. Deleting it waits for its machines.
 */
export class NodePool extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** What the pool may cost; undefined where not all of it is known yet, or the catalog does not know its place. */
  readonly worth: PoolWorth | undefined;

  /** @throws pulumi.InputPropertiesError that lists every problem with its field */
  constructor(name: string, args: NodePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:NodePool", name, argsShown(args), opts);
    const { annotations, labels, nodeClass, catalog } = args;
    const called = args.name ?? name;
    const spec = withClass(args.spec, nodeClass);
    const problems = nodePoolProblems(called, spec);
    refuse(`NodePool ${called}`, problems);
    refuse(`NodePool ${called}`, poolCatalogProblems(spec, nodeClass?.machines, catalog));
    remark(poolCatalogRemarks(spec, nodeClass?.machines, catalog), this);
    const report = poolReport(spec, nodeClass?.machines, catalog);
    // The engine shows it beside the resource. Nobody waits for that.
    if (report !== undefined) void pulumi.log.info(`${called}: ${report.text}`, this);

    const object = new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name: called, annotations, labels },
        spec,
      },
      { parent: this, dependsOn: nodeClass === undefined ? [] : [nodeClass] },
    );

    this.name = object.metadata.name;
    this.worth = report?.worth;
    this.registerOutputs({ name: this.name });
  }
}

/** As an engine can take them: a class is no value, and what the catalog is asked is no property of the pool. */
const argsShown = ({ name, annotations, labels, spec }: NodePoolArgs): pulumi.Inputs => ({
  name,
  annotations,
  labels,
  spec,
});

/** The spec with the class that stands beside it, whenever the template is known. */
function withClass({ template, ...rest }: NodePoolArgs["spec"], nodeClass: EC2NodeClass | undefined): WholeSpec {
  if (nodeClass === undefined) return { template, ...rest };
  const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: nodeClass.objectName };
  const withRef = (spec: object): object => ({ ...spec, nodeClassRef });
  return {
    ...rest,
    template: filled(template, (known) => ({
      ...known,
      ...("spec" in known && { spec: filled(known.spec, withRef) }),
    })),
  };
}

/** As the object will have it; any part of it may be known only later. */
type WholeSpec = { readonly [Field in keyof NodePoolSpec]: unknown };

const filled = (value: unknown, fill: (known: object) => object): unknown => {
  if (isLater(value)) return pulumi.output(value as pulumi.Input<object>).apply(fill); // a template or its spec, both objects
  return typeof value === "object" && value !== null ? fill(value) : value;
};
