import assert from "node:assert/strict";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
} from "@aws-sdk/client-iam";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { pulumiStack } from "#sandbox/pulumi";
import nodePools from "../../controller/api/crds/nodepools.json";
import { machines, tagsOf } from "./support/machines";
import { SCENARIO_MS, walkthrough } from "./support/walkthrough";
import { deployment } from "./support/workloads";

const clusterName = "legacy";
const awsAuth = "/api/v1/namespaces/kube-system/configmaps/aws-auth";

interface AwsAuth {
  readonly data: { readonly mapRoles: string; readonly mapUsers: string };
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const release = "meta.helm.sh/release-name";

interface Definition {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly versions: readonly [{ readonly additionalPrinterColumns?: readonly object[] }] };
}

/** As Helm may have made it, with columns to come. */
function olderNodePools(): object {
  const { metadata, spec } = nodePools;
  const versions = spec.versions.map((version) => ({ ...version, additionalPrinterColumns: undefined }));
  const annotations = { [release]: "karpenter-crd" };
  return { ...nodePools, metadata: { ...metadata, annotations }, spec: { ...spec, versions } };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
}

interface Node {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly taints?: readonly object[] };
}

interface FlowStatus {
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}

/** Who is let in already, in a hand that is not ours. */
const others = {
  mapRoles: [
    "# the platform team; ask before you touch this",
    "- rolearn: arn:aws:iam::123456789012:role/platform-admins",
    "  username: admin:{{SessionName}}",
    "  groups: [system:masters]",
    "",
  ].join("\n"),
  mapUsers: "- userarn: arn:aws:iam::123456789012:user/ops\n  username: ops\n  groups:\n    - system:masters\n",
};

/**
 * As pools of that era: a profile that is there already, subnets by the cluster's own tag, a wait when empty, an
 * expiry.
 */
const pool = {
  class: {
    spec: {
      instanceProfile: `KarpenterNodeRole-${clusterName}`,
      subnetSelectorTerms: [
        { tags: { [`kubernetes.io/cluster/${clusterName}`]: "shared", "kubernetes.io/role/internal-elb": "1" } },
      ],
    },
  },
  requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }],
  disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "5s", budgets: [{ nodes: "100%" }] },
  expireAfter: "720h",
};

describe("W1 · a cluster that lets identities in by aws-auth", function () {
  this.timeout(SCENARIO_MS);
  const world = walkthrough({
    clusterName,
    authenticationMode: "CONFIG_MAP",
    given: async (given) => {
      const { api } = given.cluster;
      const metadata = { name: "aws-auth", namespace: "kube-system" };
      await api.create("/api/v1/namespaces/kube-system/configmaps", { kind: "ConfigMap", metadata, data: others });
      await api.create(definitions, olderNodePools());
      // A kind is established a moment before it is served.
      await given.until("pools are served", () => given.cluster.list("NodePool").catch(() => undefined));
    },
  });

  /** What the CLI says when it refuses. */
  async function refusal(config: object, environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const { sandbox } = world;
    const stack = await pulumiStack({ ...sandbox, environment: { ...sandbox.environment, ...environment } });
    await stack.configure({ clusterName, ...config });
    return stack.preview().then(
      () => assert.fail("preview went well"),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  it("is told in one line that there is no such cluster", async () => {
    const said = await refusal({ clusterName: "nope" });
    assert.match(said, /clusterName: there is no EKS cluster "nope" in this account and region/);
    assert.doesNotMatch(said, /^\s+at /m, "no stack trace");
  });

  it("is told everything that is wrong with the pools, before anything is made", async () => {
    const said = await refusal({
      nodePools: {
        one: { requirements: [{ key: "karpenter.k8s.aws/instance-familly", operator: "In", values: ["c6i"] }] },
        two: { limits: { cpu: "many" }, colour: "blue" },
        three: { disruption: { consolidateAfter: "soon" } },
      },
    });
    for (const where of ["nodePools.one.requirements[0].key", "nodePools.two.colour", "nodePools.three."])
      assert.ok(said.includes(where), `${where} in: ${said}`);
    assert.match(said, /did you mean karpenter\.k8s\.aws\/instance-family\?/);
    assert.doesNotMatch(said, /^\s+at /m, "no stack trace");
  });

  it("is told when the operator may not look the cluster up", async () => {
    const { iam } = world.sandbox.aws.clients;
    const UserName = "intern";
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
    const said = await refusal({}, { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey });
    assert.match(said, /clusterName: EKS cluster "legacy" cannot be looked up: .*not authorized/);
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    await iam.send(new DeleteUserCommand({ UserName }));
  });

  it("is told that Cluster Autoscaler and another Karpenter run, before anything is made", async () => {
    const { cluster } = world;
    const images = {
      ca: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0",
      other: "karpenter/controller:1.8.1",
    };
    const requests = { cpu: "100m" };
    for (const [name, image] of Object.entries(images))
      await cluster.create(deployment({ name, image, replicas: 1, requests }));
    const said = await refusal({});
    assert.match(said, /Cluster Autoscaler runs as Deployment default\/ca/);
    assert.match(said, /another Karpenter runs as Deployment default\/other/);
    assert.match(said, /nodepools\.karpenter\.sh: defined already; with crds\.adopt: true/);

    await assert.rejects(
      world.up({ crds: { adopt: true }, survey: { allow: ["cluster-autoscaler"] } }),
      (error: Error) => {
        assert.match(error.message, /another Karpenter runs as Deployment default\/other/);
        assert.doesNotMatch(error.message, /Cluster Autoscaler/);
        return true;
      },
    );
    for (const name of Object.keys(images)) await cluster.delete("Deployment", name);
    await world.assertNothingLeft();
  });

  it("maps its nodes beside those who are there", async () => {
    await world.up({
      nodePools: { default: pool },
      crds: { adopt: true },
      namespace: "karpenter",
      placement: { on: "group" },
      // As clusters of that era have it.
      identity: { trust: "irsa" },
    });
    const found = await world.cluster.api.get<AwsAuth>(awsAuth);
    assert.equal(found?.data.mapUsers, others.mapUsers);
    assert.ok(found.data.mapRoles.startsWith("# the platform team; ask before you touch this"));
    const nodes = {
      rolearn: `arn:aws:iam::123456789012:role/KarpenterNodeRole-${clusterName}`,
      username: "system:node:{{EC2PrivateDNSName}}",
      groups: ["system:bootstrappers", "system:nodes"],
    };
    assert.deepEqual(parse(found.data.mapRoles), [...(parse(others.mapRoles) as object[]), nodes]);
  });

  it("brings the definition that Helm made up to date, and keeps what Helm noted in it", async () => {
    const found = await world.cluster.api.get<Definition>(`${definitions}/nodepools.karpenter.sh`);
    assert.deepEqual(found?.metadata.annotations?.[release], "karpenter-crd");
    assert.ok((found.spec.versions[0].additionalPrinterColumns ?? []).length > 0);
  });

  it("runs on a group of two nodes that nothing else may use, in a namespace of its own", async () => {
    const { cluster } = world;
    const controllers = await cluster.api.list<Pod>("/api/v1/namespaces/karpenter/pods");
    const nodes = await cluster.api.list<Node>("/api/v1/nodes?labelSelector=eks.amazonaws.com%2Fnodegroup");
    assert.equal(nodes.length, 2);
    for (const { metadata, spec } of nodes) {
      assert.equal(metadata.labels["karpenter.sh/controller"], "true");
      assert.deepEqual(spec.taints, [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }]);
    }
    const names = nodes.map(({ metadata }) => metadata.name);
    assert.deepEqual(controllers.map(({ spec }) => spec.nodeName).toSorted(), names.toSorted(), "a node each");
    const flows = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/karpenter-workload";
    const flow = await cluster.api.get<{ readonly status: FlowStatus }>(flows);
    assert.deepEqual(
      flow?.status.conditions.map(({ type, status }) => `${type} ${status}`),
      ["Dangling False"],
      "the API server knows the priority",
    );
  });

  it("runs 15 pods on nodes of the given profile, in subnets that the cluster's own tag finds", async () => {
    const { cluster, sandbox } = world;
    await cluster.create(deployment({ name: "pause", replicas: 0, requests: { cpu: "1", memory: "256Mi" } }));
    await cluster.scale("pause", 15);
    await world.untilRunning("pause", 15);
    const found = await machines(sandbox.aws);
    assert.ok(found.length > 0);
    for (const machine of found) {
      assert.match(machine.IamInstanceProfile?.Arn ?? "", /instance-profile\/KarpenterNodeRole-legacy$/);
      assert.ok(sandbox.seed.privateSubnetIds.includes(machine.SubnetId ?? ""));
      assert.equal(tagsOf(machine)["karpenter.sh/nodepool"], "default");
    }
  });

  it("takes them away with their pods", async () => {
    await world.cluster.scale("pause", 0);
    await world.untilNoClaims();
    assert.deepEqual(await machines(world.sandbox.aws), []);
  });

  it("leaves nothing behind, and aws-auth as it was", async () => {
    await world.cluster.delete("Deployment", "pause");
    await world.stack.destroy();
    await world.assertNothingLeft();
    const left = await world.cluster.api.get<AwsAuth>(awsAuth);
    assert.deepEqual(parse(left?.data.mapRoles ?? ""), parse(others.mapRoles));
    assert.match(left?.data.mapRoles ?? "", /ask before you touch this/);
    assert.equal(left?.data.mapUsers, others.mapUsers);
  });
});
