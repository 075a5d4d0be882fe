import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { kinds } from "#controller/api/kinds";
import type { Namespace } from "#controller/api/workloads";
import { KubeClient } from "#controller/kube/client";
import { Connection } from "#controller/kube/connection";
import { Credentials } from "#controller/kube/credentials";
import { Informer } from "#controller/kube/informer";
import { systemClock } from "#controller/runtime/system-clock";
import { systemRandom } from "#controller/runtime/system-random";
import { adminConnection, controlPlane, STARTING_MS } from "#support/control-plane";
import { eventually } from "#support/eventually";
import { outageOf } from "#support/outage";
import { silentLog, silentMetrics } from "#support/silence";

const ports = { clock: systemClock, random: systemRandom, log: silentLog, metrics: silentMetrics };
const limits = { qps: 1_000, burst: 1_000 };

/** Follows namespaces, or what has no more fields than they, while `test` runs. */
async function following(
  connection: Connection,
  test: (informer: Informer<Namespace>) => Promise<void>,
  kind = kinds.Namespace,
): Promise<void> {
  const informer = new Informer<Namespace>(kind, { ...ports, connection });
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  try {
    await eventually("the first list", () => informer.synced);
    await test(informer);
  } finally {
    stop.abort();
    await running;
  }
}

describe("an informer on a real API server", function () {
  this.timeout(60_000);

  before(async function () {
    this.timeout(STARTING_MS);
    await controlPlane();
  });

  it("shows what is there, what comes, what changes and what goes, without managed fields", async () => {
    const connection = await adminConnection();
    const kube = new KubeClient({ ...ports, connection, kinds: [] });
    await following(connection, async (informer) => {
      const seen: string[] = [];
      const end = informer.store.subscribe((key, now, before) => {
        if (key === "informed") seen.push(`${before ? "was" : "-"} ${now ? "is" : "-"}`);
      });
      const labelOf = (): string | undefined => informer.store.get("informed")?.metadata.labels?.["team"];
      await kube.create("Namespace", { metadata: { name: "informed" } });
      await eventually("the new one", () => informer.store.get("informed") !== undefined);
      await kube.patch("Namespace", { name: "informed" }, { metadata: { labels: { team: "a" } } });
      await eventually("the change", () => labelOf() === "a");
      const object = informer.store.get("informed");
      await kube.delete("Namespace", { name: "informed" });
      await eventually("the end", () => informer.store.get("informed") === undefined);
      end();

      assert.ok(informer.store.get("kube-system"));
      assert.equal("managedFields" in (object?.metadata ?? {}), false);
      assert.equal(seen[0], "- is");
      assert.equal(seen.at(-1), "was -");
    });
  });

  it("catches up after the API server was away", async () => {
    const { kubeconfig, directory } = await controlPlane();
    const kube = new KubeClient({ ...ports, connection: await adminConnection(), kinds: [] });
    const outage = await outageOf(kubeconfig, join(directory, "informer-outage.kubeconfig"));
    const connection = new Connection(Credentials.fromFile(outage.kubeconfig, systemClock), ports, limits);
    await kube.create("Namespace", { metadata: { name: "before-outage" } });
    await following(connection, async ({ store }) => {
      outage.cut();
      await kube.create("Namespace", { metadata: { name: "during-outage" } });
      await kube.delete("Namespace", { name: "before-outage" });
      await systemClock.sleep(1_000);
      const missed = store.get("during-outage");
      await outage.mend();
      await eventually("what came meanwhile", () => store.get("during-outage") !== undefined);
      await eventually("what went meanwhile", () => store.get("before-outage") === undefined);

      assert.equal(missed, undefined);
    });
    outage.close();
    await kube.delete("Namespace", { name: "during-outage" });
  });
});

/** An API server of few words: each list and each watch gets the next of the answers prepared for it. */
async function scripted(answers: {
  lists: object[];
  watches: object[][];
}): Promise<{ connection: Connection; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? "", "http://server").searchParams;
    const watch = query.has("watch");
    asked.push(watch ? `watch ${query.get("resourceVersion") ?? ""}` : "list");
    response.setHeader("content-type", "application/json");
    if (!watch) {
      const answer = answers.lists.shift();
      if (answer && "code" in answer) response.statusCode = Number(answer.code);
      response.end(JSON.stringify(answer));
      return;
    }
    const events = answers.watches.shift();
    for (const event of events ?? []) response.write(`${JSON.stringify(event)}\n`);
    // The last watch stays open, as on a quiet cluster.
    if (answers.watches.length > 0) response.end();
    else open.add(response.on("close", () => open.delete(response)));
    response.flushHeaders();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new KubeConfig();
  const port = (server.address() as AddressInfo).port; // it listens on TCP
  config.loadFromClusterAndUser(
    { name: "scripted", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: "nobody" },
  );
  const close = (): void => {
    for (const response of open) response.destroy();
    server.close();
  };
  return { connection: new Connection(new Credentials(config, systemClock), ports, limits), asked, close };
}

const namespace = (name: string, resourceVersion: string): object => ({ metadata: { name, resourceVersion } });

describe("an informer", () => {
  it("resumes where a watch ended, from a bookmark too", async () => {
    const { connection, asked, close } = await scripted({
      lists: [{ metadata: { resourceVersion: "5" }, items: [namespace("a", "3")] }],
      watches: [
        [{ type: "ADDED", object: namespace("b", "7") }],
        [{ type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } }],
        [],
      ],
    });
    await following(connection, async ({ store }) => {
      await eventually("the third watch", () => asked.length === 4);

      assert.deepEqual(asked, ["list", "watch 5", "watch 7", "watch 9"]);
      assert.deepEqual(
        store.list().map(({ metadata }) => metadata.name),
        ["a", "b"],
      );
    });
    close();
  });

  it("lists anew when the server has forgotten the version, and notices what went meanwhile", async () => {
    const { connection, asked, close } = await scripted({
      lists: [
        { metadata: { resourceVersion: "5" }, items: [namespace("a", "3"), namespace("b", "4")] },
        { metadata: { resourceVersion: "50" }, items: [namespace("b", "40")] },
      ],
      watches: [[{ type: "ERROR", object: { kind: "Status", code: 410, message: "too old resource version" } }], []],
    });
    await following(connection, async ({ store }) => {
      await eventually("the second watch", () => asked.length === 4);

      assert.deepEqual(asked, ["list", "watch 5", "list", "watch 50"]);
      assert.deepEqual(
        store.list().map(({ metadata }) => metadata),
        [{ name: "b", resourceVersion: "40" }],
      );
    });
    close();
  });

  it("takes a kind of a feature that is not installed for empty, and finds it once it is", async () => {
    const notInstalled = { code: 404, message: "no such path" };
    const lists: object[] = Array.from({ length: 50 }, () => notInstalled);
    const { connection, close } = await scripted({ lists, watches: [[]] });
    await following(
      connection,
      async ({ store }) => {
        assert.deepEqual(store.list(), []);
        lists.splice(0, 50, { metadata: { resourceVersion: "5" }, items: [namespace("a", "3")] });
        await eventually("the first overlay", () => store.get("a") !== undefined);
      },
      kinds.NodeOverlay,
    );
    close();
  });
});
