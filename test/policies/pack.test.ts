import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { classRules, poolRules, stackRules } from "#policies/rules";
import { classExamples, classSpec, poolExamples, poolSpec } from "#support/policy-examples";
import { unknown } from "#sandbox/plugins/provider";
import { type PolicyEngine, policyEngine, type Reported, type Run } from "#support/policy-pack";

type Annotations = Readonly<Record<string, pulumi.Input<string>>>;

const pool = (name: string, spec: object, annotations: Annotations = {}): k8s.apiextensions.CustomResource =>
  new k8s.apiextensions.CustomResource(name, {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, annotations },
    spec,
  });

const nodeClass = (name: string, spec: object, annotations: Annotations = {}): k8s.apiextensions.CustomResource =>
  new k8s.apiextensions.CustomResource(name, {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name, annotations },
    spec,
  });

/** What a preview of something new does not know. */
const notYetKnown = (): pulumi.Output<string> => new k8s.core.v1.ConfigMap("source", { data: {} }).metadata.uid;

function controller(env: readonly k8s.types.input.core.v1.EnvVar[]): void {
  const labels = { "app.kubernetes.io/name": "karpenter" };
  new k8s.apps.v1.Deployment("karpenter", {
    metadata: { name: "karpenter", labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "controller", image: "example.com/karpenter", env: [...env] }] },
      },
    },
  });
}

const spot = { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] } as const;
const requirements = [...poolSpec().template.spec.requirements.slice(0, 2), spot];

const namesIn = (reported: readonly Reported[]): readonly string[] => reported.map(({ rule }) => rule);

describe("the policy pack, under the real engine", function () {
  // The first run on a machine builds the engines.
  this.timeout(25 * 60_000);
  let engine: PolicyEngine;
  before(async () => {
    engine = await policyEngine();
  });

  describe("about everything that rules have as examples", () => {
    let run: Run;
    const about = (resource: string): readonly Reported[] =>
      run.reported.filter((each) => each.resource === resource && each.rule !== "class-resolves");
    before(async () => {
      run = await engine.preview(
        () => {
          // The API server, which would be asked otherwise, refuses some of them for reasons of its own.
          const annotations = { "example.com/uid": notYetKnown() };
          for (const rule of poolRules)
            for (const [verdict, spec] of Object.entries(poolExamples(rule)))
              pool(`${verdict}-${rule.name}`, spec, annotations);
          for (const rule of classRules)
            for (const [verdict, spec] of Object.entries(classExamples(rule)))
              nodeClass(`${verdict}-${rule.name}`, spec, annotations);
          pool("takes-spot", poolSpec({ template: { spec: { requirements } } }));
          controller([]);
          return Promise.resolve();
        },
        // At its own level, the first mandatory one ends the preview.
        { all: "advisory", "image-pinned": { enforcementLevel: "advisory", stacks: "^test-" } },
      );
    });

    for (const rule of [...poolRules, ...classRules])
      it(`reports one and not the other: ${rule.name}`, () => {
        assert.deepEqual(namesIn(about(`refused-${rule.name}`)), [rule.name]);
        assert.deepEqual(about(`allowed-${rule.name}`), []);
      });

    it("reports what is wrong with the stack", () => {
      const reported = run.reported.filter(({ rule }) => stackRules.some(({ name }) => name === rule));

      assert.deepEqual(new Set(reported.map(({ rule }) => rule)), new Set(stackRules.map(({ name }) => name)));
      assert.match(
        about("karpenter")
          .map(({ message }) => message)
          .join(),
        /INTERRUPTION_QUEUE must be set, since \d+ of \d+ pools/,
      );
    });

    it("says where, and what would be right", () => {
      const [said] = about("refused-limits-set");

      assert.match(said?.message ?? "", /spec\.limits\.cpu must be set, such as "100"/);
    });
  });

  it("ends a preview at a rule's own level, and only warns at the other", async () => {
    const program = (): Promise<void> => {
      pool("endless", poolSpec({ limits: undefined, disruption: { budgets: [] } }));
      return Promise.resolve();
    };
    const { reported } = await engine.preview(program, { "class-resolves": { elsewhere: ["demo"] } });

    assert.deepEqual(
      reported.map(({ rule, level }) => [rule, level]),
      [
        ["limits-set", "mandatory"],
        ["budgets-set", "advisory"],
      ],
    );
  });

  it("lends its rules to a pack of one's own, as in the example", async () => {
    const program = (): Promise<void> => {
      pool("nobodys", poolSpec({ limits: undefined }));
      nodeClass("untagged", classSpec({ tags: undefined }));
      return Promise.resolve();
    };
    const { reported } = await engine.preview(program, { all: "advisory" }, "examples/policy-pack");

    assert.deepEqual(new Set(namesIn(reported)), new Set(["limits-set", "pools-have-an-owner", "class-resolves"]));
  });

  describe("about values that are not known yet", () => {
    let run: Run;
    before(async () => {
      const mend = Object.fromEntries(
        ["budgets-set", "expire-after-set", "imds-v2", "encrypted-volumes"].map((rule) => [rule, "remediate"]),
      );
      const tags = { enforcementLevel: "remediate", keys: ["team", "stage"], values: { stage: "prod" } };
      run = await engine.preview(
        () => {
          const notYet = notYetKnown();
          const machines = nodeClass("machines", {
            ...classSpec(),
            role: notYet,
            metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 },
            blockDeviceMappings: [{ deviceName: notYet, ebs: { volumeSize: notYet } }],
            tags: { team: notYet },
          });
          pool("follows", {
            ...poolSpec({ disruption: undefined }),
            limits: notYet.apply((cpu) => ({ cpu })),
            template: {
              spec: {
                nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: machines.metadata.name },
                requirements: [...requirements, { key: "example.com/rack", operator: "In", values: [notYet] }],
                expireAfter: "Never",
              },
            },
          });
          controller([{ name: "INTERRUPTION_QUEUE", value: notYet }]);
          return Promise.resolve();
        },
        { ...mend, "tags-set": tags, "image-pinned": "disabled" },
      );
    });

    it("is silent about these, and looks at the rest", () => {
      assert.deepEqual(
        run.reported.map(({ rule, resource }) => [rule, resource]),
        [["termination-grace-period-set", "follows"]],
      );
    });

    it("mends what it may, and leaves what is not known as it was", () => {
      const { spec: machines } = run.planned["machines"] as { spec: Record<string, unknown> };
      const { spec: follows } = run.planned["follows"] as {
        spec: Record<string, Record<string, Record<string, unknown>>>;
      };

      assert.deepEqual(machines["metadataOptions"], { httpTokens: "required", httpPutResponseHopLimit: 1 });
      assert.deepEqual(follows["disruption"], { budgets: [{ nodes: "10%" }] });
      assert.equal(follows["template"]?.["spec"]?.["expireAfter"], "720h");
      assert.equal((machines["tags"] as Record<string, string>)["stage"], "prod");
      assert.deepEqual(
        (machines["blockDeviceMappings"] as { ebs: object }[]).map(({ ebs }) => ebs),
        [{ encrypted: true, volumeSize: unknown }],
      );
    });
  });
});
