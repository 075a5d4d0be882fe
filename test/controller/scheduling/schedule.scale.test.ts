import assert from "node:assert/strict";

import type { Labels } from "#controller/api/kube-object";
import { labels } from "#controller/api/labels";
import { schedule } from "#controller/scheduling/schedule";
import { choice, daemonSet, instanceType, nodePool, podsAsking, problem, testZones } from "#support/builders";
import { violationsOf } from "#support/plan-checker";

const sizes = [2, 4, 8, 16, 32, 48, 64, 96, 128, 192];
const types = ["c", "m", "r"].flatMap((family, position) =>
  Array.from({ length: 20 }, (_, model) => model).flatMap((model) =>
    sizes.map((cpu) =>
      instanceType(`${family}${model}.${cpu}`, {
        cpu,
        memoryGi: cpu * 2 ** (position + 1),
        price: cpu * (0.042 + 0.008 * position) * (1 + model / 50),
        arch: model % 5 === 0 ? "arm64" : "amd64",
        capacityTypes: ["on-demand", "spot"],
      }),
    ),
  ),
);
const selectors: readonly Labels[] = [
  {},
  { [labels.arch]: "arm64" },
  { [labels.zone]: testZones[1] },
  { [labels.capacityType]: "on-demand" },
];
const pods = Array.from({ length: 20 }, (_, template) =>
  podsAsking(
    250,
    { cpu: `${100 * (1 + (template % 7))}m`, memory: `${128 * (1 + ((template * template) % 23))}Mi` },
    { nodeSelector: selectors[template % selectors.length] ?? {} },
  ),
).flat();

describe("schedule at scale", () => {
  it("places 5000 pods of twenty templates on 600 types, correctly", function () {
    this.timeout(20_000);
    const each = problem({ pods, pools: [choice(nodePool(), types)], daemonSets: [daemonSet({ cpu: "100m" })] });
    const plan = schedule(each);

    assert.deepEqual(plan.unschedulable, []);
    assert.deepEqual(
      violationsOf(
        { ...plan, newNodes: plan.newNodes.slice(0, 40) },
        { ...each, pods: plan.newNodes.slice(0, 40).flatMap((node) => node.pods) },
      ),
      [],
    );
  });
});
