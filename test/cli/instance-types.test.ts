import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { labels } from "#controller/api/labels";
import { canonical } from "#controller/api/quantity";
import type { TypeReport } from "#cli/instance-types";
import { catalogOf, commandLine } from "#support/command-line";

type Types = Readonly<Record<string, TypeReport>>;

const small = catalogOf();

async function typesWith(...options: readonly string[]): Promise<Types> {
  const { code, out, err } = await commandLine("instance-types", "--output", "json", ...options);
  assert.deepEqual([code, err], [0, ""]);
  return JSON.parse(out) as Types;
}

const ofSmall = (...options: readonly string[]): Promise<Types> => typesWith("--catalog", small, ...options);

interface Published {
  readonly labels: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, string>>;
}

const published = JSON.parse(
  gunzipSync(readFileSync(join(__dirname, "../fixtures/published-node-resources.json.gz"))).toString("utf8"),
) as Readonly<Record<string, Published>>;

/** Of these, EC2 describes more network cards than when the page was written, which leaves other numbers of pods. */
const grewCards = new Set(["i7ie.48xlarge", "i7ie.metal-48xl", "i8ge.48xlarge", "i8ge.metal-48xl"]);

describe("instance-types", () => {
  it("shows labels, capacity, what is allocatable, and offerings", async () => {
    const { "m5.large": type } = await ofSmall("--zones", "us-east-1a,us-east-1b");

    assert.ok(type);
    assert.equal(type.labels[labels.instanceType], "m5.large");
    assert.equal(type.labels["karpenter.k8s.aws/instance-cpu"], "2");
    assert.equal(type.labels[labels.region], "us-east-1");
    assert.deepEqual([type.capacity["cpu"], type.allocatable["cpu"]], ["2", "1930m"]);
    assert.deepEqual(type.offerings, [
      { zone: "us-east-1a", capacityType: "on-demand", price: 0.1 },
      { zone: "us-east-1b", capacityType: "on-demand", price: 0.1 },
    ]);
  });

  it("agrees with the cpu, memory and labels that the documentation publishes for each type", async () => {
    const types = await typesWith();
    const differences = Object.entries(published).flatMap(([name, page]) => {
      const ours = types[name];
      if (ours === undefined || grewCards.has(name)) return [];
      const resources = ["cpu", "memory", "ephemeral-storage", "pods"].filter(
        (resource) => canonical(page.resources[resource] ?? "0") !== ours.allocatable[resource],
      );
      const family = ours.labels["karpenter.k8s.aws/instance-family"];
      return [
        ...resources.map((resource) => `${name} ${resource}`),
        ...(family === page.labels["karpenter.k8s.aws/instance-family"] ? [] : [`${name} family`]),
      ];
    });

    assert.deepEqual(differences, []);
    assert.ok(Object.keys(types).length > 1_300);
  });

  it("offers spot when asked to, of types that have it", async () => {
    const types = await ofSmall("--spot", "0.5", "--zones", "us-east-1a");
    const kinds = Object.entries(types).map(([name, { offerings }]) => [
      name,
      offerings.map((each) => each.capacityType),
    ]);

    assert.deepEqual(kinds, [
      ["m5.large", ["on-demand", "spot"]],
      ["m5.xlarge", ["on-demand", "spot"]],
      ["m6g.large", ["on-demand"]],
    ]);
  });

  const requirements: readonly (readonly [requirements: readonly string[], names: readonly string[]])[] = [
    [["kubernetes.io/arch In arm64"], ["m6g.large"]],
    [["beta.kubernetes.io/arch NotIn arm64"], ["m5.large", "m5.xlarge"]],
    [["karpenter.k8s.aws/instance-cpu Gt 2"], ["m5.xlarge"]],
    [["karpenter.k8s.aws/instance-cpu Lte 2", "karpenter.k8s.aws/instance-family In m5, c5"], ["m5.large"]],
    [["karpenter.k8s.aws/instance-gpu-name Exists"], []],
    [["karpenter.k8s.aws/instance-gpu-name DoesNotExist", "kubernetes.io/arch In arm64,riscv64"], ["m6g.large"]],
    [["karpenter.sh/capacity-type In spot"], []],
    [["topology.kubernetes.io/zone In us-east-1f"], []],
  ];
  for (const [given, names] of requirements) {
    it(`keeps ${names.length === 0 ? "nothing" : names.join(", ")} of: ${given.join("; ")}`, async () => {
      const types = await ofSmall(...given.flatMap((each) => ["--requirement", each]));

      assert.deepEqual(Object.keys(types), names);
    });
  }

  it("shows only the offerings that meet the requirements", async () => {
    const types = await ofSmall("--spot", "0.5", "--requirement", "karpenter.sh/capacity-type In spot");

    assert.deepEqual(Object.keys(types), ["m5.large", "m5.xlarge"]);
    assert.ok(
      Object.values(types).every(({ offerings }) => offerings.every(({ capacityType }) => capacityType === "spot")),
    );
  });

  it("boots them as the family does, whatever its case, with as many pods as asked for", async () => {
    const [bottlerocket, windows] = [
      await ofSmall("--ami-family", "bottlerocket"),
      await ofSmall("--ami-family", "Windows2022"),
    ];
    const { "m5.large": roomy } = await ofSmall("--max-pods", "200");

    assert.equal(windows["m5.large"]?.labels[labels.os], "windows");
    assert.equal(bottlerocket["m5.large"]?.labels[labels.os], "linux");
    assert.equal(roomy?.capacity["pods"], "200");
  });

  it("takes limits and bandwidths of the catalog", async () => {
    const catalog = catalogOf({
      "network-bandwidth-mbps": { "m5.large": 123 },
      "vpc-limits": { "m5.large": { ipv4PerEni: 10, branchEni: 7, trunking: true } },
    });
    const types = await typesWith("--catalog", catalog);

    assert.equal(types["m5.large"]?.labels["karpenter.k8s.aws/instance-network-bandwidth"], "123");
    assert.equal(types["m5.large"].allocatable["vpc.amazonaws.com/pod-eni"], "7");
    assert.equal(types["m5.xlarge"]?.labels["karpenter.k8s.aws/instance-network-bandwidth"], undefined);
  });

  it("knows which zones sell a type where the region says so, and other regions by their names", async () => {
    const west = await typesWith("--region", "us-west-2", "--zones", "us-west-2d");
    const government = await typesWith("--region", "us-gov-east-1");
    const sold = Object.values(west).filter(({ offerings }) => offerings.length > 0);

    assert.ok(sold.length > 100 && sold.length < Object.keys(west).length);
    assert.deepEqual(
      government["m5.large"]?.offerings.map(({ zone }) => zone),
      ["us-gov-east-1a", "us-gov-east-1b", "us-gov-east-1c"],
    );
  });

  it("prints a table, the cheapest first", async () => {
    const { out } = await commandLine("instance-types", "--catalog", small, "--spot", "0.5");

    assert.deepEqual(
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.trim().split(/\s{2,}/)),
      [
        ["type", "arch", "cpu", "memory", "pods", "others", "from/h", "sold as", "in"],
        [
          "m5.large",
          "amd64",
          "1930m",
          "6584Mi",
          "58",
          "vpc.amazonaws.com/pod-eni 9",
          "$0.0500",
          "on-demand, spot",
          "a, b, c",
        ],
        [
          "m6g.large",
          "arm64",
          "1930m",
          "6525Mi",
          "58",
          "vpc.amazonaws.com/pod-eni 9",
          "$0.0800",
          "on-demand",
          "a, b, c",
        ],
        [
          "m5.xlarge",
          "amd64",
          "3920m",
          "14162Mi",
          "58",
          "vpc.amazonaws.com/pod-eni 18",
          "$0.1000",
          "on-demand, spot",
          "a, b, c",
        ],
        ["3 instance types; cpu and memory are what is allocatable"],
      ],
    );
  });
});
