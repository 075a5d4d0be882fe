import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import packageJson from "../../package.json";
import packJson from "../../policies/pack/package.json";
import { page, policiesPage } from "../../tools/policies";

describe("docs/policies.md", () => {
  it("says what the rules are", async () => {
    assert.equal(await readFile(page, "utf8"), policiesPage(), "out of date: run npm run policies");
  });
});

describe("the policy pack", () => {
  it("is of the package's version", () => {
    assert.equal(packJson.version, packageJson.version);
  });
});
