import assert from "node:assert/strict";
import type { LabelSelectorRequirement } from "#controller/api/kube-object";
import { selects } from "#controller/api/label-selector";

const pod = { app: "web", tier: "front" };
const meets = (key: string, operator: LabelSelectorRequirement["operator"], ...values: readonly string[]): boolean =>
  selects({ matchExpressions: [{ key, operator, values }] }, pod);

describe("label selectors", () => {
  it("select everything when empty and nothing when absent", () => {
    assert.equal(selects({}, pod), true);
    assert.equal(selects({}, undefined), true);
    assert.equal(selects(undefined, pod), false);
  });

  it("want every label and every expression met", () => {
    assert.equal(selects({ matchLabels: { app: "web", tier: "front" } }, pod), true);
    assert.equal(selects({ matchLabels: { app: "web", tier: "back" } }, pod), false);
    assert.equal(
      selects({ matchLabels: { app: "web" }, matchExpressions: [{ key: "x", operator: "Exists" }] }, pod),
      false,
    );
  });

  it("compare by operator; NotIn is met by a label that is not there", () => {
    assert.deepEqual(
      [meets("app", "In", "web", "api"), meets("app", "In", "api"), meets("x", "In", "a")],
      [true, false, false],
    );
    assert.deepEqual(
      [meets("app", "NotIn", "web"), meets("app", "NotIn", "api"), meets("x", "NotIn", "a")],
      [false, true, true],
    );
    assert.deepEqual([meets("app", "Exists"), meets("x", "Exists")], [true, false]);
    assert.deepEqual([meets("app", "DoesNotExist"), meets("x", "DoesNotExist")], [false, true]);
  });
});
