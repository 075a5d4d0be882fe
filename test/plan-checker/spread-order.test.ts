import assert from "node:assert/strict";

import type { Pod } from "#controller/api/pod";
import { pod, testZones } from "#support/builders";
import { broken, many, overZones, plain, resident, said, spreading, type Where } from "#support/spread-verdicts";

const [zoneA, zoneB, zoneC] = testZones;

describe("plan checker: the order of binding", () => {
  it("lets pods without a constraint tip the scales once the others are bound", () => {
    assert.equal(broken(said([[zoneA, spreading(), plain(), plain(), plain()]])), false);
  });

  it("lets pods without a constraint fill up the emptiest domains first", () => {
    assert.equal(
      broken(
        said([
          [zoneA, spreading(), spreading()],
          [zoneB, plain()],
          [zoneC, plain()],
        ]),
      ),
      false,
    );
    assert.equal(
      broken(
        said([
          [zoneA, spreading(), spreading()],
          [zoneB, plain()],
        ]),
      ),
      true,
    );
  });

  it("lets the owners of one constraint go before those of another", () => {
    const counting = (app: string, ...apps: readonly string[]): Pod =>
      pod({
        metadata: { labels: { app } },
        spec: {
          topologySpreadConstraints: [
            { ...overZones, labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: [...apps] }] } },
          ],
        },
      });
    const job = (): Pod => counting("job", "job", "cache");
    const db = (): Pod => counting("db", "db", "job");
    const nodes: readonly Where[] = [
      [zoneA, job(), job(), db(), db(), pod({ metadata: { labels: { app: "cache" } } })],
      [zoneB, job(), db()],
      [zoneC, job(), db()],
    ];
    assert.equal(broken(said(nodes)), false);
    assert.equal(broken(said(nodes.map(([where, ...pods]) => [where, ...pods.toReversed()]))), false);
    assert.equal(broken(said([...nodes, [zoneA, db(), db()]])), true);
  });

  it("does not let residents come later", () => {
    const nodes = [resident(zoneA)];
    assert.equal(broken(said([[zoneA, spreading()]], { nodes })), true);
    assert.equal(
      broken(
        said(
          [
            [zoneA, spreading()],
            [zoneB, spreading()],
            [zoneC, spreading()],
          ],
          { nodes },
        ),
      ),
      false,
    );
  });

  it("finds its way among thousands of pods quickly", () => {
    const started = performance.now();
    const zones: readonly Where[] = testZones.flatMap((zone) =>
      Array.from({ length: 100 }, (): Where => [zone, ...many(10, spreading), ...many(10, plain)]),
    );
    assert.equal(broken(said(zones)), false);
    assert.ok(performance.now() - started < 8000);
  });
});
