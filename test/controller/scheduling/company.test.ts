import assert from "node:assert/strict";
import { labels } from "#controller/api/labels";
import { Ask, Backlog } from "#controller/scheduling/backlog";
import { withoutCompany } from "#controller/scheduling/company";
import type { Site } from "#controller/scheduling/site";
import { noTies, Occupancy, type Ties } from "#controller/scheduling/ties";
import { TopologyGroup } from "#controller/scheduling/topology-group";
import { Dimensions } from "#controller/scheduling/vector";
import { nodeIn, web } from "#support/topology-plans";
import { podAsking, testZones } from "#support/builders";

const [zoneA, zoneB] = testZones;

/** Whom pods of app web follow: over zones, or over nodes. */
const groupOver = (key: string): TopologyGroup =>
  new TopologyGroup(
    {
      ...{ kind: "affinity", required: true, key, id: key, maxSkew: 0, minDomains: 0, filter: undefined, reach: [] },
      about: [{ labels: { matchLabels: web }, namespaces: undefined }],
    },
    key === labels.hostname ? 0 : -1,
    new Set(),
  );

const tiesTo = (group: TopologyGroup, follows: boolean): Ties => ({
  ...noTies,
  counted: [group],
  rules: follows ? [{ group, self: true, kin: [group] }] : [],
});

describe("company", () => {
  const setup = () => {
    const [ofZone, ofNode] = [groupOver(labels.zone), groupOver(labels.hostname)];
    /** A node in the zone, with one pod that follows over these keys. */
    const site = (name: string, zone: string, ...keys: readonly string[]): Site => {
      const aim = {
        wish: { requirements: new Map(), tolerations: [] },
        ties: {
          node: tiesTo(ofNode, keys.includes(labels.hostname)),
          domain: tiesTo(ofZone, keys.includes(labels.zone)),
        },
      };
      const pod = podAsking({});
      const podClass = { pods: [pod] as const, kind: { pod, places: [] }, requests: {}, aims: [aim] };
      const backlog = new Backlog(podClass, new Dimensions([]));
      return {
        name,
        host: {
          shares: [{ ask: new Ask(backlog, aim), pods: [pod] }],
          occupancy: new Occupancy(1),
          remove: () => undefined,
        },
        spot: () => ({ isThere: false, values: new Map([[labels.zone, zone]]), counts: () => true }),
        tidy: () => undefined,
      };
    };
    const lonely = (...sites: readonly Site[]): readonly string[] =>
      withoutCompany(sites).map((each) => each.site.name);
    return { ofZone, site, lonely };
  };

  it("TOPO-013 is whoever follows nobody, or may be the first of its kind", () => {
    const { site, lonely } = setup();
    assert.deepEqual(lonely(site("free", zoneA), site("follower", zoneA, labels.zone)), []);
    assert.deepEqual(lonely(site("first", zoneA, labels.zone), site("second", zoneA, labels.zone)), []);
    assert.deepEqual(lonely(site("first", zoneA, labels.zone), site("elsewhere", zoneB, labels.zone)), ["elsewhere"]);
  });

  it("TOPO-013 runs already, and then nobody else is first", () => {
    const { ofZone, site, lonely } = setup();
    ofZone.welcome(nodeIn(zoneA), 1);
    assert.deepEqual(lonely(site("there", zoneA, labels.zone), site("elsewhere", zoneB, labels.zone)), ["elsewhere"]);
  });

  it("TOPO-013 is nobody who waits for the same pods in turn", () => {
    const { ofZone, site, lonely } = setup();
    ofZone.welcome(nodeIn(zoneA), 1);
    const [one, other] = [site("node", zoneB, labels.zone), site("node", zoneB, labels.zone, labels.hostname)];
    assert.deepEqual(lonely(one, other), ["node", "node"]);
    assert.deepEqual(lonely(one, other, site("free", zoneB)), []);
  });
});
