import assert from "node:assert/strict";

import fc from "fast-check";

import { labels } from "#controller/api/labels";
import type { Operator, RequirementSpec } from "#controller/api/requirement";
import {
  allOf,
  both,
  conflict,
  conflictWithTemplate,
  disagreement,
  ofLabels,
  requirementsOf,
  signatureOf,
  toRequirementSpecs,
} from "#controller/scheduling/requirements";

const is = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

const keys = ["a", "b"] as const;
const given = ["0", "1", "x"] as const;
const spec: fc.Arbitrary<RequirementSpec> = fc.oneof(
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom<Operator>("In", "NotIn"),
    values: fc.uniqueArray(fc.constantFrom(...given), { minLength: 1 }),
  }),
  fc.record({ key: fc.constantFrom(...keys), operator: fc.constantFrom<Operator>("Exists", "DoesNotExist") }),
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom<Operator>("Gt", "Gte", "Lt", "Lte"),
    values: fc.constantFrom(["0"], ["1"]),
  }),
);
const specs = fc.array(spec, { maxLength: 5 });
/** A node: each key with a value, or not at all. */
const node = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom("0", "1", "2", "x", "y"));

type Rule = (label: string | undefined, values: readonly string[]) => boolean;

const compared =
  (holds: (label: number, bound: number) => boolean): Rule =>
  (label, [bound = ""]) =>
    label !== undefined && /^\d+$/.test(label) && holds(Number(label), Number(bound));

/** What Kubernetes says of a node's label, written out. */
const rules: Readonly<Record<Operator, Rule>> = {
  In: (label, values) => label !== undefined && values.includes(label),
  NotIn: (label, values) => label === undefined || !values.includes(label),
  Exists: (label) => label !== undefined,
  DoesNotExist: (label) => label === undefined,
  Gt: compared((label, bound) => label > bound),
  Gte: compared((label, bound) => label >= bound),
  Lt: compared((label, bound) => label < bound),
  Lte: compared((label, bound) => label <= bound),
};

describe("requirements", () => {
  it("REQ-010 are met by a node exactly when Kubernetes would say so, however many there are for a key", () => {
    fc.assert(
      fc.property(specs, node, (wanted, has) => {
        const expected = wanted.every(({ key, operator, values = [] }) => rules[operator](has[key], values));

        assert.equal(conflict(ofLabels(has), requirementsOf(wanted)) === undefined, expected);
      }),
    );
  });

  it("REQ-010 know labels by their older names", () => {
    const node = ofLabels({ "beta.kubernetes.io/arch": "arm64", "failure-domain.beta.kubernetes.io/zone": "z" });

    assert.equal(conflict(node, requirementsOf([is(labels.arch, "arm64"), is(labels.zone, "z")])), undefined);
    assert.equal(
      conflict(ofLabels({ [labels.arch]: "amd64" }), requirementsOf([is("beta.kubernetes.io/arch", "amd64")])),
      undefined,
    );
  });

  it("REQ-010 let a template leave well-known labels open, and a node none", () => {
    const wanted = requirementsOf([is(labels.zone, "z")]);

    assert.equal(conflictWithTemplate(requirementsOf([]), wanted), undefined);
    assert.equal(conflict(requirementsOf([]), wanted)?.key, labels.zone);
    assert.equal(conflictWithTemplate(requirementsOf([]), requirementsOf([is("team", "a")]))?.key, "team");
    assert.equal(conflictWithTemplate(requirementsOf([is(labels.zone, "y")]), wanted)?.key, labels.zone);
  });

  it("REQ-010 that contradict themselves are met by nobody", () => {
    const wanted = requirementsOf([is("team", "a"), { key: "team", operator: "DoesNotExist" }]);

    assert.equal(conflict(ofLabels({ team: "a" }), wanted)?.reason, "what is asked of team contradicts itself");
    assert.equal(conflict(ofLabels({}), wanted)?.reason, "what is asked of team contradicts itself");
  });

  it("disagree the same whichever comes first, and only over keys of which both speak", () => {
    fc.assert(
      fc.property(specs, specs, (some, others) => {
        const [a, b] = [requirementsOf(some), requirementsOf(others)];

        assert.equal(disagreement(a, b) === undefined, disagreement(b, a) === undefined);
      }),
    );
    assert.equal(disagreement(requirementsOf([is("a", "1")]), requirementsOf([is("b", "2")])), undefined);
  });

  it("REQ-012 name a label that nobody defines", () => {
    const reason = conflict(requirementsOf([]), requirementsOf([is("completely-unheard-of", "x")]))?.reason;

    assert.equal(reason, "label completely-unheard-of does not have known values");
  });

  it("REQ-011 suggest the label that was probably meant, of those that are well known and of the pool's own", () => {
    const hint = (key: string, ...own: readonly RequirementSpec[]): string | undefined =>
      conflict(requirementsOf(own), requirementsOf([is(key, "x")]))?.reason.replace(/^.*values/, "");

    assert.equal(hint("zone"), " (did you mean topology.kubernetes.io/zone?)");
    assert.equal(hint("example.com/team", is("acme.com/team", "a")), " (did you mean acme.com/team?)");
  });

  it("REQ-013 are written back as what they mean, two bounds as two items, each with its minValues", () => {
    const written = toRequirementSpecs(
      requirementsOf([
        { key: "size", operator: "Gt", values: ["1"], minValues: 2 },
        { key: "size", operator: "Lt", values: ["9"] },
        { key: "size", operator: "NotIn", values: ["5"] },
        is("arch", "b", "a"),
      ]),
    );

    assert.deepEqual(written, [
      { key: "arch", operator: "In", values: ["a", "b"] },
      { key: "size", operator: "Gte", values: ["2"], minValues: 2 },
      { key: "size", operator: "Lte", values: ["8"], minValues: 2 },
      { key: "size", operator: "NotIn", values: ["5"], minValues: 2 },
    ]);
  });

  it("REQ-013 are met by the same nodes after being written and read", () => {
    fc.assert(
      fc.property(specs, node, (wanted, has) => {
        const before = requirementsOf(wanted);
        const after = requirementsOf(toRequirementSpecs(before));

        assert.equal(conflict(ofLabels(has), after) === undefined, conflict(ofLabels(has), before) === undefined);
      }),
    );
  });

  it("REQ-014 have one text, in whatever order they were put together", () => {
    fc.assert(
      fc.property(specs, specs, (some, others) => {
        const [a, b] = [requirementsOf(some), requirementsOf(others)];

        assert.equal(signatureOf(both(a, b)), signatureOf(both(b, a)));
        assert.equal(
          signatureOf(allOf([...a.values(), ...b.values()])),
          signatureOf(requirementsOf([...others, ...some])),
        );
      }),
    );
  });
});
