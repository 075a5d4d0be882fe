import assert from "node:assert/strict";
import { describeClaims, describeClasses, Waiting } from "#components/teardown/waiting";

const waitingFor = (name: string, obstacle?: string) => ({ name, deleting: true, finalizers: [], obstacle });
const claim = (name: string, obstacle?: string) => ({ ...waitingFor(name, obstacle), nodeName: undefined });

describe("what a teardown says while it waits", () => {
  it("is nothing when there is nothing to wait for", () => {
    assert.equal(describeClaims({ claims: [] }), undefined);
  });

  it("counts, and names what is held up and why", () => {
    const denied = "may not perform iam:DeleteInstanceProfile";

    assert.equal(
      describeClasses({ classes: [waitingFor("gpu", denied), waitingFor("default")] }),
      `waiting for 2 classes that the controller has to let go (gpu: ${denied})`,
    );
    assert.equal(describeClaims({ claims: [claim("a"), claim("b")] }), "waiting for 2 node claims to end");
  });

  it("is said at once when it changes, and every half minute while it does not", () => {
    const said: string[] = [];
    const waiting = new Waiting((message) => said.push(message));
    for (const [message, now] of [
      ["two", 0],
      ["two", 29_000],
      ["two", 30_000],
      ["one", 31_000],
      [undefined, 90_000],
    ] as const) {
      waiting.tell(message, now);
    }

    assert.deepEqual(said, ["two", "two", "one"]);
  });
});
