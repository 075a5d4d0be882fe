import * as pulumi from "@pulumi/pulumi";
import type { MachineSettings } from "../catalog/pool-types";
import type { PoolWorth } from "../catalog/pool-worth";
import type { ClusterFacts } from "./cluster";
import { EC2NodeClass } from "./ec2-node-class";
import { NodePool } from "./node-pool";
import { ec2NodeClassProblems, nodePoolProblems } from "./node-pool-problems";
import { type CatalogArgs, catalogOf, knownMachines } from "./pool-catalog";
import { poolCatalogProblems } from "./pool-catalog-problems";
import type { ClassSettings, ClassSurroundings, PoolSettings } from "./pool-settings";
import { ec2NodeClassSpec, nodePoolSpec, settingsProblems } from "./pool-settings";
import type { Problem } from "./problem";
import { refuse } from "./problem";

export interface NodePoolsArgs {
  /** Name → pool. */
  readonly nodePools: Readonly<Record<string, PoolSettings>>;
  readonly cluster: Pick<ClusterFacts, "name" | "publicSubnetIds"> & Partial<Pick<ClusterFacts, "oidcIssuer">>;
  /** Of the machines. */
  readonly nodeRoleName: pulumi.Input<string>;
  /**
   * How the pools are compared with what EC2 sells.
   * @default with what the package knows of the cluster's region
   */
  readonly catalog?: CatalogArgs;
  /** A profile with that role, for classes that name neither. @default the controller makes one for each class */
  readonly instanceProfileName?: pulumi.Input<string>;
}

/** Pools by name, each with a class of the same name unless it shares one. */
export class NodePools extends pulumi.ComponentResource {
  /** By name, what each pool may cost, where that is known. */
  readonly worth: Readonly<Record<string, PoolWorth>>;

  constructor(name: string, args: NodePoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:NodePools", name, {}, opts);
    const pools = Object.entries(args.nodePools);
    refuse("nodePools", nodePoolsProblems(args));

    const classes = new Map(
      pools.flatMap(([pool, { class: machines = {} }]) =>
        typeof machines === "string" ? [] : [[pool, this.nodeClass(pool, machines, args)] as const],
      ),
    );
    const catalog = catalogOf(args.catalog, args.cluster);
    const made = pools.map(([pool, settings]) => {
      const className = typeof settings.class === "string" ? settings.class : pool;
      const spec = nodePoolSpec(settings, className);
      const known = { spec, nodeClass: classes.get(className), catalog };
      return [pool, new NodePool(pool, known, { parent: this }).worth] as const;
    });

    this.worth = Object.fromEntries(made.flatMap(([pool, worth]) => (worth === undefined ? [] : [[pool, worth]])));
    this.registerOutputs({ worth: this.worth });
  }

  private nodeClass(pool: string, machines: ClassSettings, args: NodePoolsArgs): EC2NodeClass {
    return new EC2NodeClass(pool, { spec: ec2NodeClassSpec(machines, surroundingsOf(args)) }, { parent: this });
  }
}

export const surroundingsOf = ({
  cluster,
  nodeRoleName,
  instanceProfileName,
}: Omit<NodePoolsArgs, "nodePools">): ClassSurroundings => ({
  instanceProfileName,
  clusterName: cluster.name,
  roleName: nodeRoleName,
  publicSubnetIds: cluster.publicSubnetIds,
});

/** All problems of all pools, by where the configuration says the wrong thing. */
export function nodePoolsProblems(args: NodePoolsArgs): readonly Problem[] {
  const problems = (of: (pool: string, settings: PoolSettings) => readonly Problem[]): readonly Problem[] =>
    Object.entries(args.nodePools).flatMap(([pool, settings]) =>
      of(pool, settings).map(({ path, reason }) => ({ path: `nodePools.${pool}.${path}`, reason })),
    );
  const inThemselves = problems((pool, settings) => poolProblems(pool, settings, surroundingsOf(args)));
  // The catalog is asked of what is well-formed only, and pools share classes.
  return inThemselves.length > 0 ? inThemselves : problems((pool, settings) => catalogProblems(pool, settings, args));
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

function catalogProblems(pool: string, settings: PoolSettings, args: NodePoolsArgs): readonly Problem[] {
  const catalog = catalogOf(args.catalog, args.cluster);
  const problems = poolCatalogProblems(nodePoolSpec(settings, pool), machinesOf(settings, args), catalog);
  return problems.map(inConfiguration(""));
}

/** Of the pool's own class or of one that it shares; undefined for one that is made elsewhere. */
function machinesOf({ class: machines = {} }: PoolSettings, args: NodePoolsArgs): MachineSettings | undefined {
  const settings = typeof machines === "string" ? (args.nodePools[machines]?.class ?? {}) : machines;
  const isElsewhere = typeof machines === "string" && args.nodePools[machines] === undefined;
  if (isElsewhere || typeof settings === "string") return undefined;
  return knownMachines(ec2NodeClassSpec(settings, surroundingsOf(args)));
}

/** The configuration has no `spec` and no `template`: its fields are what these hold. */
export const inConfiguration =
  (prefix: string) =>
  ({ path, reason }: Problem): Problem => ({
    path: path.replace(/^spec\.(template\.(spec|metadata)\.)?/, prefix),
    reason,
  });
