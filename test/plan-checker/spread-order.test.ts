import assert from "node:assert/strict";

import { testZones } from "#support/builders";
import { broken, many, plain, resident, said, spreading, type Where } from "#support/spread-verdicts";

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
