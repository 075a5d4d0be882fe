import assert from "node:assert/strict";
import type { EC2NodeClassSpec } from "#controller/api/ec2-node-class";
import type { NodePoolSpec } from "#controller/api/node-pool";
import { later, type Seen } from "#policies/later";
import { type ClassRule, configOf, type PoolRule, type Violation } from "#policies/rule";
import { classRules, poolRules, stackRules } from "#policies/rules";
import { allowsSpot } from "#policies/rules/capacity";
import { classView, poolView } from "#policies/views";
import {
  classExamples,
  classSpec,
  poolExamples,
  poolSpec,
  stack,
  stackView,
  withOneLater,
} from "#support/policy-examples";

const ofPool = (rule: PoolRule, spec: Seen<NodePoolSpec>, config = {}): readonly Violation[] =>
  rule.violations(poolView(spec, { stack }), configOf(rule, config));
const ofClass = (rule: ClassRule, spec: Seen<EC2NodeClassSpec>, place = { stack, config: {} }): readonly Violation[] =>
  rule.violations(classView(spec, place), configOf(rule, place.config));

const poolRule = (name: string): PoolRule => named(poolRules, name);
const classRule = (name: string): ClassRule => named(classRules, name);
function named<R extends { readonly name: string }>(rules: readonly R[], name: string): R {
  const rule = rules.find((each) => each.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

describe("every rule", () => {
  it("has a name of its own, and says what it is for in a sentence", () => {
    const rules = [...poolRules, ...classRules, ...stackRules];

    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const { description } of rules) assert.match(description, /^[A-Z].*\.$/);
  });

  for (const rule of poolRules)
    it(`refuses one example and allows the other, at which no other rule takes offence: ${rule.name}`, () => {
      const { refused, allowed } = poolExamples(rule);

      assert.notDeepEqual(ofPool(rule, refused), []);
      for (const each of poolRules) {
        assert.deepEqual(ofPool(each, allowed), [], each.name);
        if (each !== rule) assert.deepEqual(ofPool(each, refused), [], each.name);
      }
    });

  for (const rule of classRules)
    it(`refuses one example and allows the other, at which no other rule takes offence: ${rule.name}`, () => {
      const { refused, allowed } = classExamples(rule);

      assert.notDeepEqual(ofClass(rule, refused), []);
      for (const each of classRules) {
        assert.deepEqual(ofClass(each, allowed), [], each.name);
        if (each !== rule) assert.deepEqual(ofClass(each, refused), [], each.name);
      }
    });

  for (const rule of stackRules)
    it(`refuses and allows its examples: ${rule.name}`, () => {
      const { refused, allowed } = rule.examples;

      assert.notDeepEqual(rule.violations(stackView(refused), configOf(rule)), []);
      assert.deepEqual(rule.violations(stackView(allowed), configOf(rule)), []);
    });

  it("finds no fault with a pool or a class for what is not known yet of it", () => {
    for (const [path, spec] of withOneLater(poolSpec()))
      for (const rule of poolRules) assert.deepEqual(ofPool(rule, spec as NodePoolSpec), [], `${rule.name}: ${path}`);
    for (const [path, spec] of withOneLater(classSpec()))
      for (const rule of classRules)
        assert.deepEqual(ofClass(rule, spec as EC2NodeClassSpec), [], `${rule.name}: ${path}`);
  });

  it("looks at the rest where something is not known yet", () => {
    const requirements = [later, { key: "kubernetes.io/arch", operator: "In" as const, values: ["amd64"] }];
    const spec = {
      ...poolSpec({ limits: { cpu: undefined } }),
      template: { spec: { nodeClassRef: later, requirements } },
    };
    const terms = { subnetSelectorTerms: [later, { tags: { a: "*", b: later } }] };

    assert.deepEqual(
      ofPool(poolRule("limits-set"), spec as unknown as NodePoolSpec).map(({ path }) => path),
      ["spec.limits.cpu"],
    );
    assert.deepEqual(
      ofClass(classRule("no-star-selectors"), { ...classSpec(), ...terms } as unknown as EC2NodeClassSpec).map(
        ({ path }) => path,
      ),
      ['spec.subnetSelectorTerms[1].tags["a"]'],
    );
  });

  it("mends nothing of which only the user can know what it should be", () => {
    const mending = [...poolRules, ...classRules].filter((rule) => "remedy" in rule).map(({ name }) => name);

    assert.deepEqual(mending, ["budgets-set", "expire-after-set", "imds-v2", "encrypted-volumes", "tags-set"]);
  });
});

describe("options of rules", () => {
  it("say of which resources a limit is wanted", () => {
    const violations = ofPool(poolRule("limits-set"), poolSpec(), { resources: ["cpu", "memory"] });

    assert.deepEqual(
      violations.map(({ path }) => path),
      ["spec.limits.memory"],
    );
  });

  it("say which stacks are production", () => {
    const latest = classSpec({ amiSelectorTerms: [{ alias: "al2023@latest" }] });

    assert.deepEqual(ofClass(classRule("image-pinned"), latest, { stack: "dev", config: {} }), []);
    assert.equal(ofClass(classRule("image-pinned"), latest, { stack: "live", config: { stacks: "^live$" } }).length, 1);
  });

  it("say how long is too long", () => {
    const rule = poolRule("expire-after-set");

    assert.equal(ofPool(rule, poolSpec(), { most: "719h" }).length, 1);
    assert.deepEqual(ofPool(rule, poolSpec(), { most: "720h" }), []);
  });

  it("say which tags are wanted, and what remediation may give", () => {
    const rule = classRule("tags-set");
    const config = configOf(rule, { keys: ["team", "stage", "owner"], values: { stage: "prod" } });
    const view = classView(classSpec(), { stack });

    assert.deepEqual(
      rule.violations(view, config).map(({ path }) => path),
      ['spec.tags["stage"]', 'spec.tags["owner"]'],
    );
    assert.deepEqual(rule.remedy?.(view, config), [{ path: ["tags", "stage"], value: "prod" }]);
  });
});

describe("a pool", () => {
  const spot = (requirements: NodePoolSpec["template"]["spec"]["requirements"]): boolean =>
    allowsSpot(poolView(poolSpec({ template: { spec: { requirements } } }), { stack }));
  const key = "karpenter.sh/capacity-type";

  it("takes spot capacity unless its requirements forbid it", () => {
    assert.ok(spot([]));
    assert.ok(spot([{ key, operator: "In", values: ["on-demand", "spot"] }]));
    assert.ok(spot([{ key, operator: "NotIn", values: ["reserved"] }]));
    assert.ok(!spot([{ key, operator: "In", values: ["on-demand"] }]));
    assert.ok(!spot([{ key, operator: "NotIn", values: ["spot"] }]));
  });

  it("may name few instance types where it takes no spot capacity, or where they are not known yet", () => {
    const { refused } = poolExamples(poolRule("spot-diversity"));
    const [arch, os, , types] = refused.template.spec.requirements;
    const onDemand = { key, operator: "In" as const, values: ["on-demand"] };
    const violations = (...requirements: readonly unknown[]): readonly Violation[] => {
      const spec = { ...refused, template: { spec: { ...refused.template.spec, requirements } } };
      return ofPool(poolRule("spot-diversity"), spec as NodePoolSpec);
    };

    assert.deepEqual(violations(arch, os, onDemand, types), []);
    assert.deepEqual(violations(arch, os, { ...types, values: later }), []);
    assert.equal(violations(arch, os, types)[0]?.path, "spec.template.spec.requirements[2].values");
  });

  it("has an image by name only where the name is of one image", () => {
    const rule = classRule("image-pinned");

    assert.deepEqual(ofClass(rule, classSpec({ amiSelectorTerms: [{ name: "golden-7", owner: "self" }] })), []);
    assert.equal(ofClass(rule, classSpec({ amiSelectorTerms: [{ name: "golden-*" }, { id: "ami-1" }] })).length, 1);
    assert.equal(ofClass(rule, classSpec({ amiSelectorTerms: [{ tags: { golden: "yes" } }] })).length, 1);
  });

  it("needs no description of volumes for them to be encrypted", () => {
    const rule = classRule("encrypted-volumes");
    const swap = { deviceName: "/dev/xvdb", ebs: { encrypted: false } };

    assert.deepEqual(ofClass(rule, classSpec({ blockDeviceMappings: undefined })), []);
    assert.deepEqual(
      ofClass(rule, classSpec({ blockDeviceMappings: [{ rootVolume: true, ebs: { encrypted: true } }, swap] })),
      [{ path: "spec.blockDeviceMappings[1].ebs.encrypted", reason: "must be true" }],
    );
  });
});
