import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = join(__dirname, "..", "..");

async function pages(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of glob(["README.md", "docs/*.md", "examples/*/README.md"], { cwd: root })) found.push(page);
  return found;
}

/** What a page points at in this repository, without anchors. */
function targetsIn(text: string): readonly string[] {
  const all = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
  return all.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}

describe("the documentation", () => {
  it("points only at what is there", async () => {
    const all = await pages();
    assert.ok(all.length > 5);
    for (const page of all) {
      const text = await readFile(join(root, page), "utf8");
      const missing = targetsIn(text).filter((target) => !existsSync(join(root, dirname(page), target)));
      assert.deepEqual(missing, [], page);
    }
  });

  it("can be found from the README or from the page on installing", async () => {
    const entries = ["README.md", "docs/install.md"];
    const texts = await Promise.all(entries.map((entry) => readFile(join(root, entry), "utf8")));
    const lost = (await pages()).filter((page) => page.startsWith("docs/") && !entries.includes(page));
    assert.deepEqual(
      lost.filter((page) => !texts.some((text) => text.includes(page.slice("docs/".length)))),
      [],
    );
  });
});
