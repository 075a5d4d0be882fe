import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { canonical } from "#controller/api/quantity";
import { bareType } from "#controller/providers/instance-types";
import { machineTypeOf, type DescribedType } from "#controller/providers/machine-type";
import { nodeClass } from "#support/builders";

interface Published {
  readonly labels: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, string>>;
}

const read = (path: string): unknown => JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));
const root = join(__dirname, "..", "..", "..");
const described = read(join(root, "controller/providers/data/instance-types.json.gz")) as readonly DescribedType[];
const published = read(join(root, "test/fixtures/published-node-resources.json.gz")) as Readonly<
  Record<string, Published>
>;

/** What the documentation shows, as we work it out from what EC2 describes. */
const settings = { reservedEnis: 0, vmMemoryOverheadPercent: 0.075 };
const worked = new Map(
  described.flatMap((each) => {
    const machine = machineTypeOf(each);
    if (machine === undefined) return [];
    const type = bareType(machine, nodeClass(), { region: "us-east-1", settings, zones: new Map() });
    return [[machine.name, type] as const];
  }),
);

/** EC2 has since described a second network card of these, which leaves fewer interfaces on the first. */
const grewCards = new Set(["i7ie.48xlarge", "i7ie.metal-48xl", "i8ge.48xlarge", "i8ge.metal-48xl"]);

/** Measured, and since then measured anew: EC2 and the page give other figures for some types. */
const remeasured = new Set([
  "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz",
  "karpenter.k8s.aws/instance-network-bandwidth",
]);

const differences = (of: (page: Published, name: string) => readonly string[]): readonly string[] =>
  Object.entries(published).flatMap(([name, page]) =>
    worked.has(name) ? of(page, name).map((what) => `${name}: ${what}`) : [],
  );

describe("nodes as the documentation publishes them", () => {
  it("are nearly all described by EC2", () => {
    const missing = Object.keys(published).filter((name) => !worked.has(name));

    assert.ok(missing.length <= 5, missing.join(" "));
  });

  for (const resource of ["cpu", "memory", "ephemeral-storage", "pods", "nvidia.com/gpu", "aws.amazon.com/neuron"]) {
    it(`AWS-039 have the same allocatable ${resource} as ours`, () => {
      const different = differences(({ resources }, name) => {
        const [theirs, ours] = [resources[resource], worked.get(name)?.allocatable[resource]];
        if (grewCards.has(name)) return [];
        return theirs === undefined || ours === undefined || canonical(theirs) === canonical(ours)
          ? []
          : [`${ours} instead of ${theirs}`];
      });

      assert.deepEqual(different, []);
    });
  }

  it("AWS-038 carry the same labels as ours", () => {
    const different = differences(({ labels }, name) => {
      const ours = new Map(worked.get(name)?.requirements.map((each) => [each.key, each.values]));
      return Object.entries(labels).flatMap(([key, value]) =>
        remeasured.has(key) || ours.get(key)?.includes(value)
          ? []
          : [`${key} is ${ours.get(key)?.join()} instead of ${value}`],
      );
    });

    assert.deepEqual(different, []);
  });
});
