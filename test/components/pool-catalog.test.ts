import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { EC2NodeClass } from "#components/ec2-node-class";
import { Karpenter } from "#components/karpenter";
import { NodePool, type NodePoolArgs } from "#components/node-pool";
import { nodePoolsProblems } from "#components/node-pools";
import {
  type CatalogArgs,
  catalogArgsProblems,
  catalogOf,
  knownMachines,
  knownPool,
  launchable,
} from "#components/pool-catalog";
import { poolCatalogProblems, poolCatalogRemarks } from "#components/pool-catalog-problems";
import { poolReport } from "#components/pool-report";
import type { PoolSettings } from "#components/pool-settings";
import type { NodePoolSpec } from "#controller/api/node-pool";
import type { RequirementSpec } from "#controller/api/requirement";
import { registeredBy } from "#support/pulumi";

const here: CatalogArgs = { region: "us-east-1" };
const al2023 = { amiSelectorTerms: [{ alias: "al2023@latest" }] };
const windows = { amiSelectorTerms: [{ alias: "windows2022@latest" }] };

const within = (key: string, ...values: string[]): RequirementSpec => ({ key, operator: "In", values });
const m5 = within("karpenter.k8s.aws/instance-family", "m5");
const arm = within("kubernetes.io/arch", "arm64");

const spec = (requirements: readonly RequirementSpec[], limits: NodePoolSpec["limits"] = {}): NodePoolSpec => ({
  limits,
  template: {
    spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" }, requirements },
  },
});

const texts = (problems: readonly { readonly path: string; readonly reason: string }[]): readonly string[] =>
  problems.map(({ path, reason }) => `${path}: ${reason}`);

interface Case {
  readonly what: string;
  readonly settings: PoolSettings;
  /** As the configuration names the field; a NodePool's spec has it elsewhere. */
  readonly path: string;
  readonly reason: RegExp;
}

const wrong: readonly Case[] = [
  {
    what: "a family that is nowhere",
    settings: { requirements: [within("karpenter.k8s.aws/instance-family", "c99")] },
    path: "requirements[0]",
    reason: /^karpenter\.k8s\.aws\/instance-family In c99 is met by none of the 1\d{3} instance types/,
  },
  {
    what: "requirements that contradict each other",
    settings: { requirements: [m5, within("kubernetes.io/os", "linux"), arm] },
    path: "requirements[2]",
    reason:
      /^kubernetes\.io\/arch In arm64 is met by none of the 9 instance types that the class and what is asked before/,
  },
  {
    what: "an architecture that the images do not boot",
    settings: { class: { amiAlias: "windows2022@latest" }, requirements: [arm] },
    path: "requirements[0]",
    reason: /^kubernetes\.io\/arch In arm64 is met by none/,
  },
  {
    what: "an operating system that the images are not",
    settings: { class: { amiAlias: "windows2022@latest" }, requirements: [within("kubernetes.io/os", "linux")] },
    path: "requirements[0]",
    reason: /^kubernetes\.io\/os In linux/,
  },
  {
    what: "a type that is not sold in its zone",
    settings: {
      requirements: [
        within("node.kubernetes.io/instance-type", "p4d.24xlarge"),
        within("topology.kubernetes.io/zone", "us-east-1e"),
      ],
    },
    path: "requirements[1]",
    reason: /^topology\.kubernetes\.io\/zone In us-east-1e/,
  },
  {
    what: "a label that no type has beside the others",
    settings: { requirements: [arm], labels: { "node.kubernetes.io/instance-type": "m5.large" } },
    path: 'labels["node.kubernetes.io/instance-type"]',
    reason: /^node\.kubernetes\.io\/instance-type In m5\.large is met by none/,
  },
  {
    what: "a limit below a single node",
    settings: { requirements: [m5], limits: { cpu: "1", memory: "100Gi" } },
    path: "limits.cpu",
    reason: /^1 is less than the smallest node of the pool has: m5\.large has 2$/,
  },
  {
    what: "memory for less than a single node",
    settings: { requirements: [m5], limits: { memory: "4Gi" } },
    path: "limits.memory",
    reason: /^4Gi is less than .* m5\.large has 7577Mi$/,
  },
  {
    what: "limits that together leave no node",
    settings: {
      requirements: [within("node.kubernetes.io/instance-type", "c5.xlarge", "r5.large")],
      limits: { cpu: "2", memory: "8Gi" },
    },
    path: "limits",
    reason: /^no instance type that the pool can launch is within all of them$/,
  },
  {
    what: "fewer values than it must be able to choose from",
    settings: { requirements: [{ ...m5, operator: "Exists", values: [], minValues: 50 }, within(m5.key, "m5", "c5")] },
    path: "requirements[0].minValues",
    reason: /^the pool can launch only 2 of the 50 values of karpenter\.k8s\.aws\/instance-family$/,
  },
];

describe("The catalog at preview", function () {
  this.timeout(30_000);

  for (const { what, settings, path, reason } of wrong) {
    it(`refuses ${what}, in the dictionary and as a component`, async () => {
      const cluster = { name: "demo", publicSubnetIds: [] };
      const inDictionary = nodePoolsProblems({
        ...{ nodePools: { burst: settings }, cluster, nodeRoleName: "role", catalog: here },
      });

      assert.deepEqual(
        inDictionary.map((problem) => problem.path),
        [`nodePools.burst.${path}`],
      );
      assert.match(inDictionary[0]?.reason ?? "", reason);
      await assert.rejects(
        registeredBy(() => {
          poolOf(settings);
        }),
        (error: Error) => {
          const [subject, problem, ...others] = error.message.split("\n  ");
          assert.deepEqual([subject, others], ["NodePool burst is not valid", []]);
          assert.ok(problem?.startsWith("spec."), problem);
          assert.match(
            String(problem).replace(/^spec\.(template\.(spec|metadata)\.)?/, ""),
            new RegExp(`^${literal(path)}: `),
          );
          return true;
        },
      );
    });
  }

  it("says nothing where it does not know the region or the zone", () => {
    const nowhere = spec([within("karpenter.k8s.aws/instance-family", "c99")]);
    const zone = spec([m5, arm, within("topology.kubernetes.io/zone", "us-east-1z")]);

    assert.deepEqual(poolCatalogProblems(nowhere, al2023, { region: "eu-central-9" }), []);
    assert.deepEqual(poolCatalogProblems(nowhere, al2023, { ...here, zones: ["us-east-1z"] }), []);
    assert.deepEqual(poolCatalogProblems(nowhere, al2023, { ...here, compare: false }), []);
    assert.deepEqual(poolCatalogProblems(zone, al2023, here), []);
    assert.equal(poolCatalogProblems(nowhere, al2023, here).length, 1);
  });

  it("says nothing of what only an account knows: reservations and ids of zones", () => {
    const reserved = spec([
      ...[m5, within("karpenter.sh/capacity-type", "reserved"), within("topology.k8s.aws/zone-id", "use1-az1")],
      within("karpenter.k8s.aws/capacity-reservation-id", "cr-1"),
    ]);

    assert.deepEqual(poolCatalogProblems(reserved, al2023, here), []);
  });

  it("says nothing of an operating system whose class it does not know, nor of labels of one's own", () => {
    const own = spec([within("kubernetes.io/os", "windows"), within("example.com/team", "a")]);

    assert.deepEqual(poolCatalogProblems(own, undefined, here), []);
    assert.equal(poolCatalogProblems(own, al2023, here).length, 1);
  });

  it("lets a limit of nothing close a pool, and passes over what is not known yet", () => {
    const later = { ...spec([m5]), limits: { cpu: pulumi.output("1") } };

    assert.deepEqual(poolCatalogProblems(spec([m5], { cpu: "0" }), al2023, here), []);
    assert.deepEqual(poolCatalogProblems(later, al2023, here), []);
    assert.equal(poolReport(later, al2023, here), undefined);
    assert.equal(knownMachines({ ...al2023, amiFamily: pulumi.output("AL2023") }), undefined);
  });

  it("remarks on a pool that can choose of few types for spot, naming the field", () => {
    const spot = spec([m5, within("karpenter.sh/capacity-type", "spot", "on-demand")]);

    assert.deepEqual(texts(poolCatalogRemarks(spot, al2023, here)), [
      "spec.template.spec.requirements[1]: 9 instance types are to be had as spot; fewer than 15 are interrupted often and not replaced by cheaper ones",
    ]);
    assert.deepEqual(poolCatalogRemarks(spot, al2023, { ...here, spotTypes: 9 }), []);
    assert.deepEqual(poolCatalogRemarks(spec([m5]), al2023, here), []);
  });

  it("knows the region by the cluster's issuer, unless it is told another", () => {
    const oidcIssuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC";

    assert.deepEqual(catalogOf({}, { oidcIssuer }), { region: "eu-west-1" });
    assert.deepEqual(catalogOf({ ...here, spotTypes: 3 }, { oidcIssuer }), { ...here, spotTypes: 3 });
    assert.deepEqual(catalogOf({}, { oidcIssuer: pulumi.output(oidcIssuer) }), {});
  });

  it("refuses what it cannot be asked", () => {
    const args = { zone: "us-east-1a", spotTypes: 0 } as CatalogArgs;

    assert.deepEqual(texts(catalogArgsProblems(args)), [
      "catalog.zone: is unknown; did you mean zones?",
      "catalog.spotTypes: must be at least 1, not 0",
    ]);
  });

  it("makes the types once for pools whose classes boot alike", () => {
    const types = (release: string, ...requirements: RequirementSpec[]) => {
      const machines = { amiSelectorTerms: [{ alias: `al2023@${release}` }] };
      return launchable(knownPool(spec(requirements)), machines, here)?.types ?? [];
    };

    assert.equal(types("latest", m5)[0]?.type, types("v20240807", m5, within("kubernetes.io/os", "linux"))[0]?.type);
  });

  it("knows how a class boots that stands beside the pool, and names it there", async () => {
    const made = await registeredBy(() => {
      const nodeClass = new EC2NodeClass("boot", { name: "boot-1", spec: { ...windows, ...network } });
      new NodePool("windows", poolArgs([m5], { nodeClass }));
      assert.throws(() => new NodePool("linux", poolArgs([within("kubernetes.io/os", "linux")], { nodeClass })));
    });

    const pool = made.find(({ type, name }) => type === "kubernetes:karpenter.sh/v1:NodePool" && name === "windows");
    assert.deepEqual(pool?.inputs["spec"], poolSpecNaming("boot-1"));
  });
});

describe("A class of an installation", function () {
  this.timeout(30_000);

  const cluster = {
    ...{ name: "demo", endpoint: "https://api.example.com" },
    authenticationMode: "API",
    ...{ privateSubnetIds: ["subnet-a"], publicSubnetIds: [], securityGroupId: "sg-1" },
    oidcIssuer: "https://oidc.eks.us-east-1.amazonaws.com/id/ABC",
  } as const;

  it("has its role, and finds its subnets and security group", async () => {
    const made = await registeredBy(() => {
      const karpenter = new Karpenter("karpenter", { cluster, controller: { image: "example.com/karpenter" } });
      const nodeClass = karpenter.nodeClass("boot", { amiAlias: "bottlerocket@latest" });
      new NodePool("boot", poolArgs([m5], { nodeClass }), { parent: karpenter });
      assert.throws(() => karpenter.nodeClass("public", { public: true }), /class\.public: the cluster has no public/);
    });

    const spec = made.find(({ type }) => type === "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass")?.inputs["spec"];
    const { role, amiSelectorTerms, subnetSelectorTerms, securityGroupSelectorTerms } = spec as Record<string, unknown>;
    const discovery = [{ tags: { "karpenter.sh/discovery": "demo" } }];
    assert.deepEqual(
      [role, amiSelectorTerms, subnetSelectorTerms, securityGroupSelectorTerms],
      ["KarpenterNodeRole-demo", [{ alias: "bottlerocket@latest" }], discovery, discovery],
    );
  });
});

const network = {
  role: "role",
  subnetSelectorTerms: [{ id: "subnet-1" }],
  securityGroupSelectorTerms: [{ id: "sg-1" }],
};

const poolSpecNaming = (name: string): object => ({
  template: { spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name }, requirements: [m5] } },
});

const poolArgs = (requirements: readonly RequirementSpec[], more: Partial<NodePoolArgs>): NodePoolArgs => ({
  spec: { template: { spec: { requirements } } },
  catalog: here,
  ...more,
});

/** As a component, with a class of its own. */
function poolOf({ class: machines = {}, requirements = [], labels, limits }: PoolSettings): void {
  const boot = typeof machines === "object" && machines.amiAlias !== undefined ? windows : al2023;
  const nodeClass = new EC2NodeClass("burst", { spec: { ...boot, ...network } });
  const metadata = labels === undefined ? {} : { metadata: { labels } };
  new NodePool("burst", {
    nodeClass,
    catalog: here,
    spec: { limits, template: { ...metadata, spec: { requirements } } },
  });
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
