import assert from "node:assert/strict";
import { Progress } from "#sandbox/engines/progress";

describe("progress of the engines", () => {
  it("tells in a plain log which engine is built, which step that is and how long it should take", () => {
    const written: string[] = [];
    const { report } = new Progress({ write: (text) => written.push(text) });
    report({ kind: "found", engine: "etcd", where: "/usr/bin/etcd" });
    report({ kind: "started", engine: "kwok", step: 1, of: 2, expectedMinutes: 2 });
    report({ kind: "built", engine: "kwok", step: 1, of: 2 });
    report({ kind: "done" });

    assert.deepEqual(written, [
      "engine etcd: using /usr/bin/etcd\n",
      "engine 1 of 2, kwok: building, about 2 min\n",
      "engine 1 of 2, kwok: built in 0:00\n",
    ]);
  });
});
