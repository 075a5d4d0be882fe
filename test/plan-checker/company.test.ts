import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { LabelSelector } from "#controller/api/kube-object";
import type { Pod, PodAffinityTerm } from "#controller/api/pod";
import type { Problem } from "#controller/scheduling/problem";
import { choice, instanceType, nodePool, nodeState, pod, problem, testZones } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { violationsOf } from "#support/plan-checker";
import { inZone, plan, plannedNode } from "#support/plans";

const [zoneA, zoneB, zoneC] = testZones;
const machine = instanceType("m.large", { cpu: 8, memoryGi: 32 });
const pool = choice(nodePool({ metadata: { name: "pool" } }), [machine]);

const app = (name: string): LabelSelector => ({ matchLabels: { app: name } });
const within = (topologyKey: string, labelSelector: LabelSelector, more: Partial<PodAffinityTerm> = {}) => ({
  ...{ topologyKey, labelSelector },
  ...more,
});
const labelled = (name: string, ...more: readonly DeepPartial<Pod>[]): Pod =>
  pod({ metadata: { labels: { app: name } } }, ...more);
const required = (kind: "podAffinity" | "podAntiAffinity", terms: readonly PodAffinityTerm[]): DeepPartial<Pod> => ({
  spec: { affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: terms } } },
});
const near = (name: string, ...terms: readonly PodAffinityTerm[]): Pod =>
  labelled(name, required("podAffinity", terms));
const apart = (name: string, ...terms: readonly PodAffinityTerm[]): Pod =>
  labelled(name, required("podAntiAffinity", terms));

type Where = readonly [where: string | readonly string[], ...pods: readonly Pod[]];

/** What is said when each of the lists gets a new node in the zones that go before it. */
function said(nodes: readonly Where[], rest: Partial<Problem> = {}): readonly string[] {
  const pods = nodes.flatMap(([, ...each]) => each);
  const newNodes = nodes.map(([where, ...each]) =>
    plannedNode(pool, each, { requirements: [inZone(...[where].flat())] }),
  );
  return violationsOf(plan({ newNodes }), problem({ pods, pools: [pool], ...rest }));
}

const residing = (where: string, ...pods: readonly Pod[]): Partial<Problem> => {
  const name = `node-in-${where}`;
  return { nodes: [nodeState({ name, labels: { [labels.hostname]: name, [labels.zone]: where }, pods })] };
};

const accepts = (nodes: readonly Where[], rest: Partial<Problem> = {}): boolean => said(nodes, rest).length === 0;

describe("plan checker: pod affinity", () => {
  const nearDb = within(labels.zone, app("db"));

  it("wants company in the domain, from whoever comes along or is there", () => {
    assert.equal(
      accepts([
        [zoneA, near("web", nearDb)],
        [zoneA, labelled("db")],
      ]),
      true,
    );
    assert.equal(accepts([[zoneA, near("web", nearDb)]], residing(zoneA, labelled("db"))), true);
    const lonely = near("web", nearDb);
    const missing = [`default/${lonely.metadata.name} has no company of its choice where planned node 1 is`];
    assert.deepEqual(
      said([
        [zoneA, lonely],
        [zoneB, labelled("db")],
      ]),
      missing,
    );
    assert.deepEqual(said([[zoneA, lonely]], residing(zoneB, labelled("db"))), missing);
    assert.deepEqual(said([[zoneA, lonely]]), missing);
  });

  it("wants the domain to be settled", () => {
    const one = near("web", nearDb);
    assert.deepEqual(said([[[zoneA, zoneB], one, labelled("db")]]).slice(0, 1), [
      `default/${one.metadata.name} wants company within topology.kubernetes.io/zone, which is not settled for planned node 1`,
    ]);
    assert.equal(accepts([[[zoneA, zoneB], near("web", within(labels.hostname, app("db"))), labelled("db")]]), true);
    assert.equal(
      accepts([
        [zoneA, near("web", nearDb)],
        [[zoneA, zoneB], labelled("db")],
      ]),
      false,
    );
  });

  it("lets the first of its kind choose, and the others follow", () => {
    const nearWeb = within(labels.zone, app("web"));
    assert.equal(
      accepts([
        [zoneA, near("web", nearWeb), near("web", nearWeb)],
        [zoneA, near("web", nearWeb)],
      ]),
      true,
    );
    assert.equal(
      accepts([
        [zoneA, near("web", nearWeb)],
        [zoneB, near("web", nearWeb)],
      ]),
      false,
    );
    assert.equal(accepts([[zoneA, near("web", nearWeb)]], residing(zoneB, labelled("web"))), false);
    // Somebody who asks for nothing may come later, elsewhere.
    assert.equal(
      accepts([
        [zoneA, near("web", nearWeb)],
        [zoneB, labelled("web")],
      ]),
      true,
    );
  });

  it("lets whichever kind go first with whose first the others can live", () => {
    const overZones = () =>
      near("web", within(labels.zone, { matchExpressions: [{ key: "app", operator: "Exists" }] }));
    const overCapacity = near("db", within(labels.capacityType, app("db")));
    const nodes: readonly Where[] = [
      [zoneA, overCapacity],
      [zoneB, overZones()],
    ];
    for (const each of [nodes, nodes.toReversed()]) {
      assert.equal(accepts(each), true);
      assert.equal(accepts([...each, [zoneC, overZones()]]), false);
    }
  });

  it("follows chains, but no circle in which each waits for the other", () => {
    const [toDb, toCache] = [within(labels.zone, app("db")), within(labels.zone, app("cache"))];
    assert.equal(accepts([[zoneA, near("web", toDb), near("db", toCache), labelled("cache")]]), true);
    assert.equal(accepts([[zoneA, near("db", toCache), near("cache", toDb)]]), false);
  });

  it("counts a pod as company only if it meets all terms, as the kube-scheduler does", () => {
    const terms = [within(labels.zone, app("db")), within(labels.zone, { matchLabels: { tier: "back" } })];
    const half = labelled("db");
    const otherHalf = pod({ metadata: { labels: { tier: "back" } } });
    const whole = labelled("db", { metadata: { labels: { tier: "back" } } });
    assert.equal(accepts([[zoneA, near("web", ...terms), half, otherHalf]]), false);
    assert.equal(accepts([[zoneA, near("web", ...terms), whole]]), true);
  });

  it("looks into its own namespace unless it says otherwise", () => {
    const db = labelled("db", { metadata: { namespace: "other" } });
    const namespaces = [{ metadata: { name: "other", labels: { tier: "back" } } }, { metadata: { name: "default" } }];
    const finds = (more: Partial<PodAffinityTerm>) =>
      accepts([[zoneA, near("web", within(labels.zone, app("db"), more)), db]], { namespaces });
    assert.equal(finds({}), false);
    assert.equal(finds({ namespaces: ["other"] }), true);
    assert.equal(finds({ namespaces: ["default"] }), false);
    assert.equal(finds({ namespaceSelector: {} }), true);
    assert.equal(finds({ namespaceSelector: { matchLabels: { tier: "back" } } }), true);
    assert.equal(finds({ namespaceSelector: { matchLabels: { tier: "front" } } }), false);
    assert.equal(finds({ namespaceSelector: { matchLabels: { tier: "front" } }, namespaces: ["other"] }), true);
  });

  it("goes by the pod's own labels where it names keys", () => {
    const version = (value: string) => ({ metadata: { labels: { version: value } } });
    const finds = (more: Partial<PodAffinityTerm>, mine: string) => {
      const terms = [within(labels.zone, app("db"), more)];
      return accepts([
        [zoneA, labelled("web", version(mine), required("podAffinity", terms)), labelled("db", version("1"))],
      ]);
    };
    assert.equal(finds({ matchLabelKeys: ["version"] }, "1"), true);
    assert.equal(finds({ matchLabelKeys: ["version"] }, "2"), false);
    assert.equal(finds({ mismatchLabelKeys: ["version"] }, "1"), false);
    assert.equal(finds({ mismatchLabelKeys: ["version"] }, "2"), true);
  });

  it("without a selector finds nobody", () => {
    assert.equal(accepts([[zoneA, near("web", { topologyKey: labels.zone }), labelled("db")]]), false);
  });

  it("is no company to itself from a domain where it is not", () => {
    const onHost = within(labels.hostname, app("web"));
    assert.equal(
      accepts([
        [zoneA, near("web", onHost), near("web", onHost)],
        [zoneA, near("web", onHost)],
      ]),
      false,
    );
  });
});

describe("plan checker: pod anti-affinity", () => {
  const fromWeb = within(labels.zone, app("web"));
  const fromDb = within(labels.zone, app("db"));

  it("keeps pods of one kind apart, by host and by zone", () => {
    const host = within(labels.hostname, app("web"));
    assert.equal(
      accepts([
        [zoneA, apart("web", host)],
        [zoneA, apart("web", host)],
      ]),
      true,
    );
    assert.equal(accepts([[zoneA, apart("web", host), apart("web", host)]]), false);
    assert.equal(
      accepts([
        [zoneA, apart("web", fromWeb)],
        [zoneB, apart("web", fromWeb)],
      ]),
      true,
    );
    assert.equal(
      accepts([
        [zoneA, apart("web", fromWeb)],
        [zoneA, apart("web", fromWeb)],
      ]),
      false,
    );
  });

  it("names both", () => {
    const [one, other] = [apart("web", fromDb), labelled("db")];
    assert.deepEqual(
      said([
        [zoneA, one],
        [zoneA, other],
      ]),
      [
        `default/${one.metadata.name} keeps default/${other.metadata.name} away from topology.kubernetes.io/zone test-zone-a, yet both may be there`,
      ],
    );
  });

  it("works both ways: those who are there keep newcomers away, and newcomers stay away from them", () => {
    assert.equal(accepts([[zoneA, labelled("db")]], residing(zoneA, apart("web", fromDb))), false);
    assert.equal(accepts([[zoneB, labelled("db")]], residing(zoneA, apart("web", fromDb))), true);
    assert.equal(accepts([[zoneA, apart("web", fromDb)]], residing(zoneA, labelled("db"))), false);
    assert.equal(accepts([[zoneB, apart("web", fromDb)]], residing(zoneA, labelled("db"))), true);
  });

  it("blames nobody for what was so before", () => {
    assert.equal(accepts([[zoneB, labelled("web")]], residing(zoneA, apart("web", fromDb), labelled("db"))), true);
  });

  it("blocks every domain that a node may end up in", () => {
    assert.equal(
      accepts([
        [[zoneA, zoneB], apart("web", fromWeb)],
        [[zoneB, zoneC], labelled("web")],
      ]),
      false,
    );
    assert.equal(
      accepts([
        [[zoneA, zoneB], apart("web", fromWeb)],
        [zoneC, labelled("web")],
      ]),
      true,
    );
  });

  it("does not keep a pod away from itself, nor from nodes without the label", () => {
    assert.equal(accepts([[zoneA, apart("web", fromWeb)]]), true);
    const rack = within("rack", app("web"));
    assert.equal(accepts([[zoneA, apart("web", rack), apart("web", rack)]]), true);
  });

  it("forgets pods that are going", () => {
    const going = labelled("db", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    assert.equal(accepts([[zoneA, apart("web", fromDb)]], residing(zoneA, going)), true);
  });

  it("minds namespaces", () => {
    const elsewhere = labelled("db", { metadata: { namespace: "other" } });
    assert.equal(accepts([[zoneA, apart("web", fromDb), elsewhere]]), true);
    assert.equal(accepts([[zoneA, apart("web", { ...fromDb, namespaceSelector: {} }), elsewhere]]), false);
  });
});
