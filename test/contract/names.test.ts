import assert from "node:assert/strict";
import { controllerRoleName, nodeRoleName, queueName } from "#controller/contract/names";

describe("names", () => {
  it("are upstream's", () => {
    assert.equal(nodeRoleName("demo"), "KarpenterNodeRole-demo");
    assert.equal(controllerRoleName("demo"), "KarpenterControllerRole-demo");
    assert.equal(queueName("demo"), "demo");
  });

  it("fit where AWS allows fewer letters than a cluster's name may have", () => {
    const [one, other] = ["a", "b"].map((end) => "x".repeat(99) + end);

    assert.equal(nodeRoleName(one ?? "").length, 64);
    assert.equal(queueName(one ?? "").length, 80);
    assert.notEqual(nodeRoleName(one ?? ""), nodeRoleName(other ?? ""));
  });
});
