import assert from "node:assert/strict";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { DescribeAccessEntryCommand } from "@aws-sdk/client-eks";
import {
  CreateServiceLinkedRoleCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
} from "@aws-sdk/client-iam";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { describe, it } from "mocha";
import { isReady as isReadyObject } from "#controller/api/conditions";
import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { names } from "#controller/contract/names";
import { sendSpotInterruption } from "#sandbox/aws/send-event";
import { instanceOf, labelOf } from "./support/claims";
import { machines, tagsOf } from "./support/machines";
import { SCENARIO_MS, walkthrough } from "./support/walkthrough";
import { deployment } from "./support/workloads";

interface ControllerPod extends Pod {
  readonly status: NonNullable<Pod["status"]> & { readonly podIP: string };
}

interface Lease {
  readonly spec: { readonly holderIdentity: string };
}

const podsPath = "/api/v1/namespaces/kube-system/pods";
const categories = ["c", "m", "r"];
const sizes = ["nano", "micro", "small", "metal"];

/** The workshop's pool, with shorter waits. */
const workshopPool = {
  class: { tags: { team: "workshop" }, amiAlias: "al2023@latest" },
  labels: { intent: "apps" },
  requirements: [
    { key: "karpenter.k8s.aws/instance-category", operator: "In", values: categories },
    { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
    { key: "karpenter.k8s.aws/instance-size", operator: "NotIn", values: sizes },
    { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
    { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
  ],
  limits: { cpu: "100" },
  disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "5s", budgets: [{ nodes: "100%" }] },
};

const inflate = deployment({ name: "inflate", replicas: 0, requests: { cpu: "1", memory: "1536Mi" } });

describe("W0 · the workshop", function () {
  this.timeout(SCENARIO_MS);
  const world = walkthrough({
    // An account that used spot before has this role, and keeps it.
    given: async ({ sandbox }) => {
      await sandbox.aws.clients.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "spot.amazonaws.com" }));
    },
  });

  async function controllers(): Promise<readonly ControllerPod[]> {
    const pods = await world.cluster.api.list<ControllerPod>(podsPath);
    return pods.filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === names.controller);
  }

  async function leader(): Promise<ControllerPod | undefined> {
    const lease = await world.cluster.api.get<Lease>(
      `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${names.lease}`,
    );
    const pods = await controllers();
    return pods.find(({ metadata: { name, uid } }) => lease?.spec.holderIdentity === `${name}_${uid ?? ""}`);
  }

  it("creates the node role, its profile and its mapping", async () => {
    await world.up({ nodePools: { default: workshopPool } });

    const { clusterName, aws } = world.sandbox;
    const { iam, eks } = aws.clients;
    const RoleName = `KarpenterNodeRole-${clusterName}`;
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    assert.deepEqual(AttachedPolicies.map(({ PolicyName }) => PolicyName).toSorted(), [
      "AmazonEC2ContainerRegistryPullOnly",
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
      "AmazonSSMManagedInstanceCore",
    ]);
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: RoleName }));
    const nodeRole = InstanceProfile?.Roles?.[0];
    assert.equal(nodeRole?.RoleName, RoleName);

    const principalArn = nodeRole.Arn;
    const { accessEntry } = await eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
    assert.equal(accessEntry?.username, "system:node:{{EC2PrivateDNSName}}");
    assert.ok(accessEntry.kubernetesGroups?.includes("system:nodes"));
  });

  it("creates the OIDC provider, the role of the controller's service account, the queue and its rules", async () => {
    const { clusterName, aws } = world.sandbox;
    const { iam, events, sqs } = aws.clients;
    const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    assert.equal(OpenIDConnectProviderList.length, 1);
    const controllerRole = { RoleName: `KarpenterControllerRole-${clusterName}` };
    const { Role } = await iam.send(new GetRoleCommand(controllerRole));
    const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
    assert.match(trust, /system:serviceaccount:kube-system:karpenter/);

    const { Rules = [] } = await events.send(new ListRulesCommand({}));
    assert.equal(Rules.length, 5);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: clusterName }));
    assert.ok(QueueUrl);
  });

  it("runs two replicas that know their cluster, its endpoint and the queue; one of them leads", async () => {
    const deployed = await world.cluster.api.get<{
      readonly status: { readonly readyReplicas: number };
      readonly spec: { readonly template: { readonly spec: PodTemplateSpec } };
    }>("/apis/apps/v1/namespaces/kube-system/deployments/karpenter");
    assert.equal(deployed?.status.readyReplicas, 2);
    const [container] = deployed.spec.template.spec.containers;
    const env = new Map(container.env.map(({ name, value }) => [name, value]));
    assert.equal(env.get("CLUSTER_NAME"), world.sandbox.clusterName);
    assert.equal(env.get("INTERRUPTION_QUEUE"), world.sandbox.clusterName);
    assert.match(env.get("CLUSTER_ENDPOINT") ?? "", /^https:/);

    await world.until("the lease is held by `<pod name>_<uid>` of one of the pods", leader);
    for (const { status } of await controllers()) {
      const answers = await Promise.all(
        ["8081/readyz", "8081/healthz", "8080/metrics"].map((path) => fetch(`http://${status.podIP}:${path}`)),
      );
      assert.deepEqual(
        answers.map(({ status: code }) => code),
        [200, 200, 200],
      );
      assert.match((await answers.at(-1)?.text()) ?? "", /^karpenter_build_info\{/m);
    }
  });

  it("keeps the pool as it was declared, and its class resolved", async () => {
    const pool = await world.until("the pool is ready", async () => {
      const found = await world.cluster.get("NodePool", "default");
      return found !== undefined && isReadyObject(found) && found;
    });
    assert.deepEqual(pool.spec.template.spec.requirements, workshopPool.requirements);
    assert.deepEqual(pool.spec.limits, workshopPool.limits);
    const nodeClass = await world.cluster.get("EC2NodeClass", "default");
    assert.equal(nodeClass?.status?.subnets?.length, 3);
    assert.equal(nodeClass.status.securityGroups?.length, 1);
    assert.deepEqual(nodeClass.spec.tags, { team: "workshop" });
  });

  it("launches nodes for 25 pods in one batch, and says every step", async () => {
    const { cluster, log } = world;
    await cluster.create(inflate);
    await cluster.scale("inflate", 25);
    await world.untilRunning("inflate", 25);

    const counts = (await log.lines("found provisionable pod(s)")).map((line) => line["pod-count"]);
    assert.equal(counts[0], 25, `planned in batches of ${counts.join(", ")}`);
    assert.equal((await log.lines("computed new nodeclaim(s) to fit pod(s)")).length, 1);
    const claims = await cluster.claims("default");
    const claimNames = claims.map(({ metadata }) => metadata.name).toSorted();
    const created = await log.lines("created nodeclaim");
    assert.deepEqual(created.map((line) => line["NodeClaim"]).toSorted(), claimNames);
    assert.ok((await log.lines("discovered ami")).some(({ id }) => String(id).startsWith("ami-")));
    assert.ok((await log.lines("created launch template")).length > 0);
    const launched = await log.lines("launched nodeclaim");
    assert.deepEqual(launched.map((line) => line["NodeClaim"]).toSorted(), claimNames);
    for (const claim of claims) {
      const line = launched.find((each) => each["NodeClaim"] === claim.metadata.name);
      assert.equal(line?.["instance-type"], labelOf(claim, labels.instanceType));
      assert.equal(line["zone"], labelOf(claim, labels.zone));
      assert.equal(line["capacity-type"], labelOf(claim, labels.capacityType));
    }
  });

  it("chooses machines as the pool asks, and marks them as pool and class say", async () => {
    const { cluster, sandbox } = world;
    const claims = await cluster.claims("default");
    for (const claim of claims) {
      assert.ok(categories.includes(labelOf(claim, "karpenter.k8s.aws/instance-category")));
      assert.ok(!sizes.includes(labelOf(claim, "karpenter.k8s.aws/instance-size")));
      assert.ok(Number(labelOf(claim, "karpenter.k8s.aws/instance-generation")) > 4);
      const node = await cluster.get("Node", claim.status?.nodeName ?? "");
      assert.equal(node?.metadata.labels?.["intent"], "apps");
      assert.equal(node.metadata.labels["karpenter.sh/initialized"], "true");
    }
    const running = await machines(sandbox.aws);
    assert.equal(running.length, claims.length);
    for (const machine of running) assert.equal(tagsOf(machine)["team"], "workshop");
  });

  it("cordons, drains and terminates what is empty", async () => {
    const { cluster, log, sandbox } = world;
    const nodes = (await cluster.claims()).map(({ status }) => status?.nodeName).toSorted();
    await cluster.scale("inflate", 0);
    await world.untilNoClaims();

    assert.deepEqual(await machines(sandbox.aws), []);
    for (const name of nodes) assert.equal(await cluster.get("Node", name ?? ""), undefined);
    assert.ok((await log.lines("disrupting node(s)")).some((line) => String(line["reason"]).toLowerCase() === "empty"));
    const tainted = (await log.lines("tainted node")).map((line) => line["Node"]);
    assert.deepEqual([...new Set(tainted)].toSorted(), nodes);
    const gone = (await log.lines("deleted node")).map((line) => line["Node"]);
    assert.deepEqual([...new Set(gone)].toSorted(), nodes);
  });

  it("replaces a spot machine that EC2 takes back", async () => {
    const { cluster, log, sandbox } = world;
    const onSpot = { nodeSelector: { [labels.capacityType]: "spot" } };
    await cluster.create(deployment({ name: "spot", replicas: 2, requests: { cpu: "500m" }, ...onSpot }));
    await world.untilRunning("spot", 2);
    const [victim] = await cluster.claims();
    assert.ok(victim);
    assert.equal(labelOf(victim, labels.capacityType), "spot");

    await sendSpotInterruption(sandbox.aws, instanceOf(victim));
    await world.until("the interrupted machine is gone, another one runs its pods", async () => {
      const claims = await cluster.claims();
      const others = claims.every(({ metadata }) => metadata.uid !== victim.metadata.uid);
      return others && (await cluster.running("spot")).length === 2;
    });
    const told = await log.lines("initiating delete from interruption message");
    assert.deepEqual([...new Set(told.map((line) => line["NodeClaim"]))], [victim.metadata.name]);
    const ids = (await machines(sandbox.aws)).map(({ InstanceId }) => InstanceId);
    assert.ok(!ids.includes(instanceOf(victim)));
  });

  it("finishes a launch, once, when its leader is killed in the middle of it", async () => {
    const { cluster, sandbox } = world;
    const killed = await world.until("somebody leads", leader);
    const pid = sandbox.supervisor.pidOf(`pod-${killed.metadata.name}`);
    assert.ok(pid);
    const before = new Set((await machines(sandbox.aws)).map(({ InstanceId }) => InstanceId));
    await cluster.scale("inflate", 10);
    await world.until("a machine is launched", async () => {
      const [fresh] = (await machines(sandbox.aws)).filter(({ InstanceId }) => !before.has(InstanceId));
      return fresh;
    });
    // Its machine is gone with it: the process without a word, the pod without grace.
    process.kill(pid, "SIGKILL");
    await cluster.api.delete(`${podsPath}/${killed.metadata.name}`, { gracePeriodSeconds: 0 });

    await world.untilRunning("inflate", 10);
    const successor = await world.until("another pod leads", leader);
    assert.notEqual(successor.metadata.name, killed.metadata.name);
    const claims = await cluster.claims();
    const paid = (await machines(sandbox.aws)).map(({ InstanceId }) => InstanceId ?? "");
    assert.deepEqual(paid.toSorted(), claims.map(instanceOf).toSorted());
    const [{ status }] = [successor];
    const metrics = await (await fetch(`http://${status.podIP}:8080/metrics`)).text();
    for (const name of ["karpenter_nodepools_limit", "karpenter_nodepools_usage", "leader_election_master_status"])
      assert.match(metrics, new RegExp(`^${name}\\{`, "m"));
  });

  it("leaves nothing behind", async () => {
    for (const name of ["inflate", "spot"]) await world.cluster.delete("Deployment", name);
    await world.stack.destroy();
    await world.assertNothingLeft();
  });
});

interface PodTemplateSpec {
  readonly containers: readonly [
    { readonly env: readonly { readonly name: string; readonly value: string | undefined }[] },
  ];
}
