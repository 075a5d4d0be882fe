import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtLeast } from "#sandbox/engines/ask";
import { Cache } from "#sandbox/engines/cache";

describe("engine cache", function () {
  this.timeout(20_000);

  it("holds a thing only once it is whole", async () => {
    await cached(async (cache) => {
      const failing = cache.add("etcd-1", (folder) => {
        writeFileSync(join(folder, "etcd"), "half");
        return Promise.reject(new Error("compiler killed"));
      });

      await assert.rejects(failing, /compiler killed/);
      assert.deepEqual(readdirSync(cache.root), []);
      await cache.add("etcd-1", (folder) => {
        assert.ok(!cache.has("etcd-1"));
        writeFileSync(join(folder, "etcd"), "whole");
        return Promise.resolve();
      });
      assert.ok(cache.has("etcd-1"));
    });
  });

  it("clears what a killed build left behind, and keeps what is whole", async () => {
    await cached(async (cache) => {
      await mkdir(cache.path("partial-abc", "source"), { recursive: true });
      await mkdir(cache.path("etcd-1"));
      await cache.exclusively(() => Promise.resolve(), notWaiting);

      assert.deepEqual(readdirSync(cache.root), ["etcd-1"]);
    });
  });

  it("lets one build at a time, and tells the other that it waits", async () => {
    await cached(async (cache) => {
      const order: string[] = [];
      const second: Promise<void>[] = [];
      const work = (name: string) => () => {
        order.push(name);
        return Promise.resolve();
      };
      await cache.exclusively(async () => {
        await new Promise<void>((waiting) => {
          second.push(cache.exclusively(work("second"), waiting));
        });
        order.push("first");
      }, notWaiting);
      await Promise.all(second);

      assert.deepEqual(order, ["first", "second"]);
    });
  });
});

describe("versions", () => {
  it("are compared number by number", () => {
    assert.ok(isAtLeast("1.34.1", "1.34.0"));
    assert.ok(isAtLeast("3.232.0", "3.99.9"));
    assert.ok(isAtLeast("1.24", "1.24"));
    assert.ok(!isAtLeast("1.9.0", "1.10.0"));
  });
});

const notWaiting = (): never => assert.fail("nobody else is at work");

async function cached(work: (cache: Cache) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "cache-"));
  try {
    await work(new Cache(root));
  } finally {
    rmSync(root, { recursive: true });
  }
}
