import assert from "node:assert/strict";

import { labels } from "#controller/api/labels";
import type { Pod, TopologySpreadConstraint } from "#controller/api/pod";
import { choice, nodePool, nodeState, pod, problem, testZones } from "#support/builders";
import type { DeepPartial } from "#support/merge";
import { violationsOf } from "#support/plan-checker";
import { plan } from "#support/plans";
import {
  broken,
  machine,
  many,
  overZones,
  pool,
  resident,
  said,
  spreading,
  web,
  type Where,
} from "#support/spread-verdicts";

const [zoneA, zoneB, zoneC] = testZones;

describe("plan checker: topology spread", () => {
  it("accepts domains that differ by no more than the skew", () => {
    assert.deepEqual(
      said([
        [zoneA, spreading(), spreading()],
        [zoneB, spreading()],
        [zoneC, spreading()],
      ]),
      [],
    );
    assert.deepEqual(said([[zoneA, ...many(2, () => spreading({ maxSkew: 2 }))]]), []);
  });

  it("objects to a domain that has more than the emptiest by more than the skew", () => {
    const one = spreading({}, { metadata: { name: "one" } });
    assert.deepEqual(
      said([
        [zoneA, one, spreading()],
        [zoneB, spreading()],
      ]),
      ["spread of default/one over topology.kubernetes.io/zone by 1: 2 in test-zone-a, 0 in the emptiest"],
    );
  });

  it("objects to a node that may end up in one domain or another", () => {
    const one = spreading({}, { metadata: { name: "one" } });
    assert.deepEqual(said([[[zoneA, zoneB], one]]), [
      "spread of default/one over topology.kubernetes.io/zone by 1: planned node 1 is in no domain for sure",
    ]);
  });

  it("objects to a node without the label", () => {
    const pods = [spreading()];
    const nodes = [nodeState({ name: "node", labels: { [labels.hostname]: "node" } })];
    assert.equal(broken(violationsOf(plan({ existing: { node: pods } }), problem({ pods, nodes }))), true);
    assert.equal(broken(said([[zoneA, spreading({ topologyKey: "unheard-of" })]])), true);
  });

  it("counts who is there, except those that end, go, or are of another namespace", () => {
    const withResident = (more: DeepPartial<Pod>) =>
      said([[zoneA, spreading()]], {
        nodes: [{ ...resident(zoneA), pods: [pod({ metadata: { labels: web } }, more)] }],
      });
    assert.equal(broken(withResident({})), true);
    assert.equal(broken(withResident({ status: { phase: "Succeeded" } })), false);
    assert.equal(broken(withResident({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })), false);
    assert.equal(broken(withResident({ metadata: { namespace: "other" } })), false);
    assert.equal(broken(withResident({ metadata: { labels: { app: "db" } } })), false);
  });

  it("takes the emptiest for empty while there are fewer domains than minDomains", () => {
    const full: readonly Where[] = [zoneA, zoneB, zoneC].map((zone) => [
      zone,
      ...many(2, () => spreading({ minDomains: 4 })),
    ]);
    assert.equal(broken(said(full)), true);
    const enough: readonly Where[] = [zoneA, zoneB, zoneC].map((zone) => [
      zone,
      ...many(2, () => spreading({ minDomains: 3 })),
    ]);
    assert.equal(broken(said(enough)), false);
  });

  it("tells versions apart by matchLabelKeys", () => {
    const version = (value: string) => ({ metadata: { labels: { version: value } } });
    const mixed = (constraint: Partial<TopologySpreadConstraint>) =>
      broken(said([[zoneA, spreading(constraint, version("1")), spreading(constraint, version("2"))]]));
    assert.equal(mixed({}), true);
    assert.equal(mixed({ matchLabelKeys: ["version"] }), false);
    assert.equal(mixed({ matchLabelKeys: ["nobody-has-it"] }), true);
  });

  it("counts nobody without a selector, and goes by expressions", () => {
    const selector = (labelSelector: TopologySpreadConstraint["labelSelector"]) =>
      broken(said([[zoneA, ...many(2, () => spreading({ labelSelector }))]]));
    assert.equal(selector({}), true);
    assert.equal(selector({ matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] }), true);
    assert.equal(selector({ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }), false);
    const without = (): Pod =>
      pod({
        metadata: { labels: web },
        spec: {
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule" }],
        },
      });
    assert.equal(broken(said([[zoneA, ...many(2, without)]])), false);
  });

  it("spreads over hostnames, capacity types and labels of one's own alike", () => {
    const overHosts = (): Pod => spreading({ topologyKey: labels.hostname });
    assert.equal(
      broken(
        said([
          [[zoneA, zoneB], overHosts()],
          [[zoneA, zoneB], overHosts()],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, overHosts(), overHosts(), overHosts()],
          [zoneA, overHosts()],
        ]),
      ),
      true,
    );

    const overCapacity = (): Pod => spreading({ topologyKey: labels.capacityType });
    const spot = choice(
      nodePool({
        spec: {
          template: { spec: { requirements: [{ key: labels.capacityType, operator: "In", values: ["spot"] }] } },
        },
      }),
      [machine],
    );
    const both = { pools: [pool, spot] };
    assert.equal(broken(said([[zoneA, overCapacity()]], both, spot)), false);
    assert.equal(broken(said([[zoneA, overCapacity(), overCapacity()]], both, spot)), true);
    assert.equal(broken(said([[zoneA, overCapacity()]])), true);

    const overTeams = (): Pod => spreading({ topologyKey: "team" });
    const team = (...values: string[]) =>
      choice(nodePool({ spec: { template: { spec: { requirements: [{ key: "team", operator: "In", values }] } } } }), [
        machine,
      ]);
    assert.equal(broken(said([[zoneA, overTeams(), overTeams()]], {}, team("red"))), false);
    assert.equal(broken(said([[zoneA, overTeams()]], {}, team("red", "blue"))), true);
    assert.equal(broken(said([[zoneA, overTeams(), overTeams()]], { pools: [team("blue")] }, team("red"))), true);
  });

  it("lets constraints of ScheduleAnyway be", () => {
    assert.equal(broken(said([[zoneA, ...many(3, () => spreading({ whenUnsatisfiable: "ScheduleAnyway" }))]])), false);
  });

  it("keeps every constraint of a pod that has several", () => {
    const hosts = { ...overZones, topologyKey: labels.hostname };
    const double = (): Pod =>
      pod({ metadata: { labels: web }, spec: { topologySpreadConstraints: [overZones, hosts] } });
    assert.equal(
      broken(
        said([
          [zoneA, double()],
          [zoneA, double()],
          [zoneB, double()],
          [zoneC, double()],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, double(), double(), double()],
          [zoneB, double(), double()],
          [zoneC, double(), double()],
          [zoneC, double()],
        ]),
      ),
      true,
    );
  });
});
