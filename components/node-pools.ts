import * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "./cluster";
import { EC2NodeClass } from "./ec2-node-class";
import { NodePool } from "./node-pool";
import { ec2NodeClassProblems, nodePoolProblems } from "./node-pool-problems";
import type { ClassSettings, ClassSurroundings, PoolSettings } from "./pool-settings";
import { ec2NodeClassSpec, nodePoolSpec, settingsProblems } from "./pool-settings";
import type { Problem } from "./problem";
import { refuse } from "./problem";

export interface NodePoolsArgs {
  /** Name → pool. */
  readonly nodePools: Readonly<Record<string, PoolSettings>>;
  readonly cluster: Pick<ClusterFacts, "name" | "publicSubnetIds">;
  /** Of the machines. */
  readonly nodeRoleName: pulumi.Input<string>;
  /** A profile with that role, for classes that name neither. @default the controller makes one for each class */
  readonly instanceProfileName?: pulumi.Input<string>;
}

/** Pools by name, each with a class of the same name unless it shares one. */
export class NodePools extends pulumi.ComponentResource {
  constructor(name: string, args: NodePoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:NodePools", name, {}, opts);
    const pools = Object.entries(args.nodePools);
    refuse("nodePools", nodePoolsProblems(args));

    const classes = new Map(
      pools.flatMap(([pool, { class: machines = {} }]) =>
        typeof machines === "string" ? [] : [[pool, this.nodeClass(pool, machines, args)] as const],
      ),
    );
    for (const [pool, settings] of pools) {
      const className = typeof settings.class === "string" ? settings.class : pool;
      const nodeClass = classes.get(className);
      const dependsOn = nodeClass === undefined ? [] : [nodeClass];
      new NodePool(pool, { spec: nodePoolSpec(settings, className) }, { parent: this, dependsOn });
    }

    this.registerOutputs({});
  }

  private nodeClass(pool: string, machines: ClassSettings, args: NodePoolsArgs): EC2NodeClass {
    return new EC2NodeClass(pool, { spec: ec2NodeClassSpec(machines, surroundingsOf(args)) }, { parent: this });
  }
}

const surroundingsOf = ({ cluster, nodeRoleName, instanceProfileName }: NodePoolsArgs): ClassSurroundings => ({
  instanceProfileName,
  clusterName: cluster.name,
  roleName: nodeRoleName,
  publicSubnetIds: cluster.publicSubnetIds,
});

/** All problems of all pools, by where the configuration says the wrong thing. */
export function nodePoolsProblems(args: NodePoolsArgs): readonly Problem[] {
  return Object.entries(args.nodePools).flatMap(([pool, settings]) =>
    poolProblems(pool, settings, surroundingsOf(args)).map(({ path, reason }) => ({
      path: `nodePools.${pool}.${path}`,
      reason,
    })),
  );
}

function poolProblems(pool: string, settings: PoolSettings, surroundings: ClassSurroundings): readonly Problem[] {
  const own = settingsProblems(settings, surroundings);
  if (own.length > 0) return own;
  const { class: machines = {} } = settings;
  const ofClass =
    typeof machines === "string" ? [] : ec2NodeClassProblems(pool, ec2NodeClassSpec(machines, surroundings));
  return [
    ...nodePoolProblems(pool, nodePoolSpec(settings, pool)).map(inConfiguration("")),
    ...ofClass.map(inConfiguration("class.spec.")),
  ];
}

/** The configuration has no `spec` and no `template`: its fields are what these hold. */
const inConfiguration =
  (prefix: string) =>
  ({ path, reason }: Problem): Problem => ({
    path: path.replace(/^spec\.(template\.(spec|metadata)\.)?/, prefix),
    reason,
  });
