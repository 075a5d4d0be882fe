import assert from "node:assert/strict";
import { type Schema, schemaProblems } from "#controller/api/schema-problems";
import { meantBy } from "#controller/api/spelling";

const problems = (value: unknown, schema: Schema): readonly string[] =>
  schemaProblems(value, schema, { path: "spec" }).map(({ path, reason }) => `${path}: ${reason}`);

const closed: Schema = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, items: { type: "array", maxItems: 2, items: { type: "integer" } } },
};
const open: Schema = { ...closed, "x-kubernetes-preserve-unknown-fields": true };
const quantity: Schema = { format: "quantity" };

describe("problems with a schema", () => {
  const cases: readonly (readonly [value: unknown, schema: Schema, found: readonly string[]])[] = [
    [{ name: "a", items: [1, 2] }, closed, []],
    [{}, closed, ["spec.name: is required"]],
    [{}, { ...closed, properties: { name: { type: "string", default: "a" } } }, []],
    [{ name: "a", items: [1, "b"] }, closed, ["spec.items[1]: must be of type integer"]],
    [{ name: "a", items: [1, 2, 3] }, closed, ["spec.items: must be at most 2 items, not 3"]],
    [{ name: 1 }, closed, ["spec.name: must be of type string: put 1 in quotes"]],
    [{ name: "a", color: "red" }, closed, ["spec.color: is unknown; known are name, items"]],
    [{ name: "a", itms: [] }, closed, ["spec.itms: is unknown; did you mean items?"]],
    [{ name: "a", color: "red" }, open, []],
    [{ name: "a", Items: [] }, open, ["spec.Items: is unknown; did you mean items?"]],
    [
      { "a.b/c": 1 },
      { type: "object", additionalProperties: { type: "string" } },
      ['spec["a.b/c"]: must be of type string: put 1 in quotes'],
    ],
    ["c", { type: "string", enum: ["a", "b"] }, ['spec: must be one of a, b, not "c"']],
    [0, { type: "integer", minimum: 1 }, ["spec: must be at least 1, not 0"]],
    ["4Gi", quantity, []],
    [0.5, quantity, []],
    ["4 Gi", quantity, ['spec: "4 Gi" is not a quantity such as 500m, 2 or 4Gi']],
    ["-4Gi", quantity, ["spec: must not be negative, as -4Gi is"]],
    [true, quantity, ["spec: must be a quantity such as 500m, 2 or 4Gi"]],
  ];
  for (const [value, schema, found] of cases) {
    it(`are ${found.length === 0 ? "none" : found.join()} in ${JSON.stringify(value)}`, () => {
      assert.deepEqual(problems(value, schema), found);
    });
  }

  it("are looked for again where the same field is unknown in another object", () => {
    assert.deepEqual(
      problems(
        [
          { name: "a", itms: 1 },
          { name: "b", itms: 2 },
        ],
        { type: "array", items: closed },
      ),
      ["spec[0].itms: is unknown; did you mean items?", "spec[1].itms: is unknown; did you mean items?"],
    );
  });

  it("leave alone what is not known yet", () => {
    const later = { isLater: (value: unknown) => value === "later", path: "" };

    assert.deepEqual(schemaProblems({ name: "a", items: "later" }, closed, later), []);
  });
});

describe("what was meant by a word", () => {
  const known = ["tolerations", "name", "os", "nodeSelector", "nodeName"];
  const cases: Readonly<Record<string, string | undefined>> = {
    toleration: "tolerations",
    nodeselector: "nodeSelector",
    nodeSelectors: "nodeSelector",
    nam: undefined,
    nane: "name",
    oz: undefined,
    gpuInfo: undefined,
  };
  for (const [word, meant] of Object.entries(cases)) {
    it(`is ${meant ?? "anybody's guess"} for ${word}`, () => {
      assert.equal(meantBy(word, known), meant);
    });
  }
});
