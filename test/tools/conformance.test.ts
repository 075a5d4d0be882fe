import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import checklist from "../../docs/checklist.json";
import { conformance, coverage, page } from "../../tools/conformance";

describe("docs/conformance.md", function () {
  this.timeout(20_000);

  it("lists every line of the checklist with its test or the reason why not", async () => {
    assert.equal(await readFile(page, "utf8"), await conformance(), "out of date: run npm run conformance");
  });

  it("knows every id that a test claims to cover", async () => {
    const ids = new Set(checklist.map(({ id }) => id));
    const checked = [...(await coverage()).keys()].filter((id) =>
      /^(API|CP|BUF|DISR|NODE|NC|OVL|POOL|PROV|SCHED|TOPO|REQ|DRA|STATE|STATIC|OBS|UTIL|KDRA|E2E|AWS)-/.test(id),
    );

    assert.deepEqual(
      checked.filter((id) => !ids.has(id)),
      [],
    );
  });
});
