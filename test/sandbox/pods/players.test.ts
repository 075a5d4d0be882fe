import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateFargateProfileCommand, DeleteFargateProfileCommand } from "@aws-sdk/client-eks";
import { KubeApi } from "#sandbox/control-plane/kube-api";
import { type Sandbox, startSandbox } from "#sandbox/sandbox";
import { comesTrue } from "#support/eventually";

const namespace = "/api/v1/namespaces/default";

/** A pod as the API server shows it, as far as these tests look. */
interface Shown {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: { readonly nodeName?: string; readonly schedulerName: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

describe("pods on Fargate nodes", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let api: KubeApi;
  before(async function () {
    // The first time engines are built.
    this.timeout(1_500_000);
    sandbox = await startSandbox({ report: () => undefined });
    api = new KubeApi(sandbox.kubeconfig);
    await api.create(`${namespace}/configmaps`, {
      metadata: { name: "program" },
      data: { "server.js": server, greeting: "hello" },
    });
    await api.create(`${namespace}/secrets`, { metadata: { name: "keys" }, data: { key: btoa("s3cret") } });
    await sandbox.aws.clients.eks.send(
      new CreateFargateProfileCommand({
        clusterName: sandbox.clusterName,
        fargateProfileName: "servers",
        podExecutionRoleArn: sandbox.seed.clusterRoleArn,
        selectors: [{ namespace: "default", labels: { app: "serv*" } }],
      }),
    );
    await policyFollows(api);
  });
  after(() => sandbox.discard());

  it("run as processes with their environment, files and identity, and report what their probes say", async () => {
    await api.create(`${namespace}/pods`, pod("server", ["node", "/etc/program/server.js", "$(GREETING)"]));
    await comesTrue(async () => {
      assert.equal(await readiness(api, "server"), "True");
    }, 30_000);
    const shown = await show(api, "server");
    const answer = (await (await fetch(`http://${shown.status.podIP ?? ""}:8080/`)).json()) as Record<string, unknown>;

    assert.equal(shown.spec.schedulerName, "fargate-scheduler");
    assert.equal(shown.metadata.labels["eks.amazonaws.com/fargate-profile"], "servers");
    assert.match(shown.spec.nodeName ?? "", /^fargate-ip-/);
    assert.equal(shown.status.phase, "Running");
    assert.equal(answer["greeting"], "hello");
    assert.equal(answer["key"], "s3cret");
    assert.equal(answer["name"], "server");
    assert.equal(answer["memory"], "256");
    assert.equal(answer["whoami"], "system:serviceaccount:default:default");
    assert.equal(answer["administrator"], false);
    assert.match(await readFile(join(sandbox.directory, "logs", "pod-server.log"), "utf8"), /listening/);
  });

  it("are started again when their process ends", async () => {
    await api.create(`${namespace}/pods`, pod("crasher", ["node", "-e", "setTimeout(() => process.exit(3), 300)"]));
    await comesTrue(async () => {
      assert.equal((await show(api, "crasher")).status.containerStatuses?.[0]?.restartCount, 1);
    }, 30_000);
    await api.delete(`${namespace}/pods/crasher`);
    await comesTrue(async () => {
      assert.equal(await api.get(`${namespace}/pods/crasher`), undefined);
    });
  });

  it("say what they wait for, and start once it is there", async () => {
    const waiting = pod("waiting", ["node", "-e", "setInterval(() => undefined, 1000)"]);
    await api.create(`${namespace}/pods`, withEnvFrom(waiting, "later"));
    await comesTrue(async () => {
      const { status } = await show(api, "waiting");
      assert.match(
        JSON.stringify(status.containerStatuses),
        /CreateContainerConfigError.*configmap \\"later\\" not found/,
      );
    }, 30_000);
    await api.create(`${namespace}/configmaps`, { metadata: { name: "later" }, data: {} });
    await comesTrue(async () => {
      assert.equal((await show(api, "waiting")).status.phase, "Running");
    });
  });

  it("end with their grace when deleted, and their node with them", async () => {
    const { spec, status } = await show(api, "server");
    await api.delete(`${namespace}/pods/server`);
    await comesTrue(async () => {
      assert.equal(await api.get(`${namespace}/pods/server`), undefined);
    });

    assert.match(await readFile(join(sandbox.directory, "logs", "pod-server.log"), "utf8"), /bye/);
    await assert.rejects(fetch(`http://${status.podIP ?? ""}:8080/`));
    await comesTrue(async () => {
      assert.equal(await api.get(`/api/v1/nodes/${spec.nodeName ?? ""}`), undefined);
    });
  });

  it("go with their profile", async () => {
    await sandbox.aws.clients.eks.send(
      new DeleteFargateProfileCommand({ clusterName: sandbox.clusterName, fargateProfileName: "servers" }),
    );
    await comesTrue(async () => {
      assert.deepEqual(await api.list(`${namespace}/pods`), []);
    });
  });
});

/** Answers what it was given. */
const server = `
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const kubeconfig = readFileSync(process.env.KUBECONFIG, "utf8");
const token = readFileSync(/tokenFile: (\\S+)/.exec(kubeconfig)[1], "utf8");
const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
const answer = {
  greeting: process.argv[2], key: process.env.KEY, name: process.env.NAME, memory: process.env.MEMORY,
  whoami: claims.sub, administrator: "AWS_ACCESS_KEY_ID" in process.env,
};
createServer((request, response) => response.end(JSON.stringify(answer))).listen(8080, process.env.POD_IP, () => console.log("listening"));
process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });
`;

function pod(name: string, command: readonly string[]): { metadata: object; spec: { containers: object[] } } {
  const probe = { httpGet: { path: "/", port: "http" }, periodSeconds: 1 };
  const container = {
    name: "main",
    image: "node:24",
    command,
    ports: [{ name: "http", containerPort: 8080 }],
    resources: { limits: { memory: "256Mi" } },
    env: [
      { name: "GREETING", valueFrom: { configMapKeyRef: { name: "program", key: "greeting" } } },
      { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "key" } } },
      { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
    ],
    volumeMounts: [{ name: "program", mountPath: "/etc/program" }],
    ...(name === "server" && { readinessProbe: probe }),
  };
  return {
    metadata: { name, labels: { app: "server" } },
    spec: { containers: [container], ...{ volumes: [{ name: "program", configMap: { name: "program" } }] } },
  };
}

const withEnvFrom = (made: ReturnType<typeof pod>, name: string): object => ({
  ...made,
  spec: {
    ...made.spec,
    containers: made.spec.containers.map((each) => ({ ...each, envFrom: [{ configMapRef: { name } }] })),
  },
});

async function show(api: KubeApi, name: string): Promise<Shown> {
  const shown = await api.get<Shown>(`${namespace}/pods/${name}`);
  assert.ok(shown, `there is no pod ${name}`);
  return shown;
}

const readiness = async (api: KubeApi, name: string): Promise<string | undefined> =>
  (await show(api, name)).status.conditions?.find(({ type }) => type === "Ready")?.status;

/** The admission policy comes a moment after the profile; until then a dry run shows the other scheduler. */
async function policyFollows(api: KubeApi): Promise<void> {
  await comesTrue(async () => {
    const rehearsed = await api.create<Shown>(`${namespace}/pods?dryRun=All`, pod("rehearsal", ["true"]));
    assert.equal(rehearsed.spec.schedulerName, "fargate-scheduler");
  }, 20_000);
}
