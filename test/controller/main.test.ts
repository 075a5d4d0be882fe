import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { administrator, region } from "#sandbox/aws/aws";
import { freePorts } from "#sandbox/processes/free-ports";
import { adminConnection, controlPlane, STARTING_MS } from "#support/control-plane";
import { eventually } from "#support/eventually";
import { makeBundle } from "../../tools/bundle";
import { testAccount, type TestAccount } from "../sandbox/aws/account";

const clusterName = "replicas";
const leases = { apiVersion: "coordination.k8s.io/v1", plural: "leases", namespaced: true };

/** One replica of the bundled controller, as a process. */
interface Replica {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** The status and text of a path on its health port. */
  health(path: string): Promise<string>;
  metrics(): Promise<string>;
}

interface Ground {
  readonly program: string;
  readonly account: TestAccount;
  readonly kubeconfig: string;
}

async function startReplica({ program, account, kubeconfig }: Ground, podName: string): Promise<Replica> {
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const child = spawn(process.execPath, [program], {
    env: {
      KUBECONFIG: kubeconfig,
      AWS_ENDPOINT_URL: account.aws.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: administrator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
      CLUSTER_NAME: clusterName,
      SYSTEM_NAMESPACE: "default",
      LEADER_ELECTION_NAME: "replicas",
      POD_NAME: podName,
      POD_UID: "1",
      POD_IP: "127.0.0.1",
      METRICS_PORT: String(metricsPort),
      HEALTH_PROBE_PORT: String(healthPort),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  const ask = async (port: number, path: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    return response ? `${response.status} ${await response.text()}` : "";
  };
  return {
    process: child,
    lines,
    health: (path) => ask(healthPort, path),
    metrics: () => ask(metricsPort, "/metrics"),
  };
}

async function leader(): Promise<string> {
  const connection = await adminConnection();
  const request = { verb: "get", info: leases, target: { namespace: "default", name: "replicas" } } as const;
  return ((await connection.send(request)) as { spec: { holderIdentity: string } }).spec.holderIdentity; // a Lease
}

const isReady = async (replica: Replica): Promise<boolean> => (await replica.health("/readyz")) === "200 ok";
const leads = async (replica: Replica): Promise<boolean> =>
  /^leader_election_master_status\{name="replicas"\} 1$/m.test(await replica.metrics());

describe("the controller's program", function () {
  this.timeout(300_000);
  let directory = "";
  let account: TestAccount;
  let ground: Ground;
  const replicas: Replica[] = [];

  before(async function () {
    this.timeout(2 * STARTING_MS);
    directory = await mkdtemp(join(tmpdir(), "pulumi-karpenter-main-"));
    const { kubeconfig } = await controlPlane();
    account = await testAccount({ clusterName });
    await makeBundle("controller", directory);
    ground = { program: join(directory, "controller.cjs"), account, kubeconfig };
  });

  after(async () => {
    for (const replica of replicas) replica.process.kill("SIGKILL");
    await account.stop();
    await rm(directory, { recursive: true });
  });

  it("leads with one of two replicas, then with the other, and gives the lease back when told to stop", async () => {
    const first = await startReplica(ground, "first");
    replicas.push(first);
    await eventually("the first replica leads", () => leads(first), 60_000);
    const second = await startReplica(ground, "second");
    replicas.push(second);
    await eventually("the second replica is ready", () => isReady(second), 60_000);
    const [led, secondLedEarly] = [await leader(), await leads(second)];
    first.process.kill("SIGKILL");
    await eventually("the second replica leads", () => leads(second), 60_000);
    const followed = await leader();
    const metrics = await second.metrics();
    const healthy = await second.health("/healthz");
    const ended = once(second.process, "exit");
    second.process.kill("SIGTERM");
    const [code] = (await ended) as [number];

    assert.deepEqual([led, secondLedEarly, followed], ["first_1", false, "second_1"]);
    assert.equal(healthy, "200 ok");
    assert.match(metrics, /^karpenter_build_info\{version="[^"]+"/m);
    assert.equal(code, 0, second.lines.join("\n"));
    assert.equal(await leader(), "");
  });

  it("writes nothing but JSON lines, and no errors while nothing is wrong", () => {
    for (const { lines } of replicas)
      for (const line of lines) {
        const { level, time, message } = JSON.parse(line) as Record<string, unknown>;
        assert.deepEqual(
          [level, time, message].map((it) => typeof it),
          ["string", "string", "string"],
        );
        assert.notEqual(level, "ERROR", line);
      }
  });
});
