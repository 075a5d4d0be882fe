import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { provider } from "#components/resources/provider";
import { obstaclesIn, remarksOn, type Sight, type Workload } from "#components/resources/obstacles";
import { surveyProblems } from "#components/survey";

const upstream: Workload = {
  kind: "Deployment",
  namespace: "kube-system",
  name: "karpenter",
  labels: {
    "app.kubernetes.io/name": "karpenter",
    "app.kubernetes.io/instance": "karpenter",
    "helm.sh/chart": "karpenter-1.8.1",
  },
  images: ["public.ecr.aws/karpenter/controller:1.8.1@sha256:0123"],
  wanted: 2,
};
const ours: Workload = {
  ...upstream,
  labels: { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": "karpenter" },
  images: ["docker.io/library/node:24-slim"],
};
const workload = (name: string, image: string, kind: Workload["kind"] = "Deployment"): Workload => ({
  ...{ kind, namespace: "ops", name, labels: {}, images: ["proxy:1", image], wanted: 1 },
});
const clusterAutoscaler = workload("ca", "mirror.example.com:5000/k8s/cluster-autoscaler:v1.34.1");

const sight = (seen: Partial<Sight> = {}): Sight => ({
  version: { major: "1", minor: "34+" },
  workloads: [ours],
  autoModeKinds: false,
  definitions: [],
  ...seen,
});
const found = (seen: Partial<Sight>): readonly string[] => obstaclesIn(sight(seen)).map(({ name }) => name);

describe("a survey", () => {
  it("finds nothing in the way of our own controller, whatever program it runs", () => {
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({ workloads: [{ ...ours, images: ["mirror.example.com/karpenter/controller:1"] }] }), []);
  });

  it("finds a Kubernetes version that is too old or not known yet", () => {
    for (const minor of ["29", "36+"]) assert.deepEqual(found({ version: { major: "1", minor } }), [], minor);
    for (const minor of ["28+", "37"])
      assert.deepEqual(found({ version: { major: "1", minor } }), ["kubernetes-version"], minor);
    const [obstacle] = obstaclesIn(sight({ version: { major: "1", minor: "28+" } }));
    assert.match(obstacle?.reason ?? "", /runs Kubernetes 1\.28, .* made for 1\.29 to 1\.36/);
  });

  it("finds Cluster Autoscaler by its image, unless it is scaled to zero", () => {
    assert.deepEqual(found({ workloads: [ours, clusterAutoscaler] }), ["cluster-autoscaler"]);
    assert.deepEqual(found({ workloads: [{ ...clusterAutoscaler, wanted: 0 }] }), []);
    assert.deepEqual(found({ workloads: [workload("x", "example.com/cluster-autoscaler-exporter:1")] }), []);
    assert.match(obstaclesIn(sight({ workloads: [clusterAutoscaler] }))[0]?.reason ?? "", /as Deployment ops\/ca/);
  });

  it("finds another Karpenter where ours would be, elsewhere, and by its image alone", () => {
    assert.deepEqual(found({ workloads: [upstream] }), ["karpenter"]);
    assert.deepEqual(found({ workloads: [ours, { ...upstream, namespace: "karpenter" }] }), ["karpenter"]);
    assert.deepEqual(found({ workloads: [{ ...upstream, labels: {} }] }), ["karpenter"]);
    assert.deepEqual(found({ workloads: [{ ...upstream, wanted: 0 }] }), []);
  });

  it("finds EKS Auto Mode", () => {
    assert.deepEqual(found({ autoModeKinds: true }), ["auto-mode"]);
  });

  it("finds definitions of somebody else's, and says how to take them over", () => {
    const [obstacle] = obstaclesIn(sight({ definitions: ["nodepools.karpenter.sh"] }));
    assert.equal(obstacle?.name, "definitions");
    assert.match(obstacle.reason, /^nodepools\.karpenter\.sh: defined already; with crds\.adopt: true/);
  });

  it("remarks on the node termination handler, and lets it be", () => {
    const handler = workload("nth", "public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.3", "DaemonSet");
    const [remark] = remarksOn(sight({ workloads: [handler] }));
    assert.match(remark ?? "", /runs as DaemonSet ops\/nth/);
    assert.deepEqual(found({ workloads: [handler] }), []);
    assert.deepEqual(remarksOn(sight()), []);
  });

  it("allows what there is a name for, and says which names there are", () => {
    assert.deepEqual(surveyProblems({ allow: ["karpenter", "auto-mode"] }), []);
    const given: object = { allow: ["karpenter", "everything"] };
    const [problem] = surveyProblems(given);
    assert.equal(problem?.path, "survey.allow[1]");
    assert.match(problem.reason, /"everything" is nothing to allow; that can be auto-mode, cluster-autoscaler, /);
    const text: object = { allow: "karpenter" };
    assert.deepEqual(
      surveyProblems(text).map(({ path }) => path),
      ["survey.allow"],
    );
  });
});

describe("the check of an own resource", () => {
  const asked: object[] = [];
  const checked = provider<{ readonly name: string; readonly of?: object }, object>({
    identity: [],
    problems: (inputs) => {
      asked.push(inputs);
      return Promise.resolve([{ property: "name", reason: "is taken" }]);
    },
    create: () => Promise.resolve({ id: "x", found: {} }),
    delete: () => Promise.resolve(),
  });

  it("says what speaks against it", async () => {
    const inputs = { name: "x" };
    assert.deepEqual(await checked.check({}, inputs), { inputs, failures: [{ property: "name", reason: "is taken" }] });
  });

  it("asks nothing while an input is not known", async () => {
    asked.length = 0;
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    for (const inputs of [{ name: unknown }, { name: "x", of: { list: ["a", unknown] } }])
      assert.deepEqual(await checked.check({}, inputs), { inputs, failures: [] });
    assert.deepEqual(asked, []);
  });
});
