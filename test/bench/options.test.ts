import assert from "node:assert/strict";
import { commandLine, type Options } from "../../bench/options";

const read = (...flags: readonly string[]): Options =>
  commandLine()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(flags, { from: "user" })
    .opts<Options>();

describe("the benchmark's command line", () => {
  it("takes scenarios and sizes in lists, in several flags or one", () => {
    const { scenario, size } = read("--scenario", "openb,company", "--scenario", "diverse", "--size", "300,1000");

    assert.deepEqual(
      [scenario, size],
      [
        ["openb", "company", "diverse"],
        [300, 1000],
      ],
    );
  });

  it("measures everything beside the peer when nothing is said", () => {
    const { scenario, size, peer, output, list } = read();

    assert.deepEqual(
      { scenario, size, peer, output, list },
      { ...{ scenario: [], size: [], peer: true }, output: "table", list: false },
    );
  });

  it("leaves the peer out on request", () => {
    assert.equal(read("--no-peer").peer, false);
  });

  for (const flags of [
    ["--size", "0"],
    ["--repeat", "x"],
    ["--peer-limit", "-1"],
    ["--output", "yaml"],
    ["--speed"],
    ["openb"],
  ]) {
    it(`refuses ${flags.join(" ")}`, () => {
      assert.throws(() => read(...flags), { name: "CommanderError" });
    });
  }
});
