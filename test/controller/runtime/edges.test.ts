import assert from "node:assert/strict";
import { metrics } from "#controller/contract/metrics";
import { JsonLog, type LogLevel } from "#controller/runtime/json-log";
import { startProbes } from "#controller/runtime/probes";
import { PrometheusMetrics } from "#controller/runtime/prometheus";
import { systemClock } from "#controller/runtime/system-clock";
import { FakeClock } from "#support/fake-clock";

function logging(level: LogLevel) {
  const lines: string[] = [];
  const log = new JsonLog({
    level,
    clock: new FakeClock(),
    write: (line) => lines.push(line),
    fields: { version: "1" },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown> };
}

describe("the JSON log", () => {
  it("writes one object a line, with level, time, message and all fields", () => {
    const { log, lines } = logging("info");
    log.with({ controller: "test" }).info("launched", { zone: "a" });

    assert.deepEqual(lines, [
      '{"level":"INFO","time":"2026-01-01T00:00:00.000Z","logger":"controller","message":"launched","version":"1","controller":"test","zone":"a"}',
    ]);
  });

  it("keeps to its level", () => {
    const { log, lines } = logging("error");
    log.debug("a");
    log.info("b");
    log.error("c");

    assert.equal(lines.length, 1);
  });

  it("shows stacks at debug level only, and causes always", () => {
    const error = new RangeError("too big", { cause: new Error("why") });
    const [info, debug] = [logging("info"), logging("debug")];
    info.log.error("failed", { error });
    debug.log.error("failed", { error });

    assert.deepEqual(info.last()["error"], {
      name: "RangeError",
      message: "too big",
      cause: { name: "Error", message: "why" },
    });
    assert.match((debug.last()["error"] as { stack: string }).stack, /edges\.test/);
  });

  it("says no secrets, however deep", () => {
    const { log, lines } = logging("info");
    log.info("asked", { request: { headers: { Authorization: "Bearer abc" }, sessionToken: "abc" } });

    assert.doesNotMatch(lines.join(""), /abc/);
  });
});

describe("Prometheus metrics", () => {
  it("exposes every metric of the table under its own name", async () => {
    const exposed = await new PrometheusMetrics().expose();

    for (const name of Object.keys(metrics)) assert.ok(exposed.includes(`# HELP ${name} `), name);
  });

  it("refuses names and labels that the table does not know", () => {
    const prometheus = new PrometheusMetrics();

    assert.throws(() => {
      prometheus.count("karpenter_no_such_total");
    }, /declare it in contract\/metrics\.ts/);
    assert.throws(() => {
      prometheus.count("karpenter_nodes_created_total", { pool: "a" });
    }, /pool/);
  });

  it("forgets a gauge's series, one or all", async () => {
    const prometheus = new PrometheusMetrics();
    for (const nodepool of ["a", "b", "c"]) prometheus.set("karpenter_nodepools_cost_total", 1, { nodepool });
    prometheus.forget("karpenter_nodepools_cost_total", { nodepool: "b" });
    const some = await prometheus.expose();
    prometheus.forget("karpenter_nodepools_cost_total");

    assert.match(some, /cost_total\{nodepool="a"\} 1/);
    assert.doesNotMatch(some, /cost_total\{nodepool="b"\}/);
    assert.doesNotMatch(await prometheus.expose(), /cost_total\{nodepool="a"\}/);
  });
});

describe("the probes", () => {
  it("answer by what is wrong, and serve metrics on a port of their own", async () => {
    const metrics = new PrometheusMetrics();
    let unready: string | undefined = "not yet listed: Pod";
    const probes = await startProbes({
      ...{ host: "127.0.0.1", metricsPort: 0, healthPort: 0, metrics },
      unhealthy: () => undefined,
      unready: () => unready,
    });
    const ask = async (port: number, path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    const before = await ask(probes.healthPort, "/readyz");
    unready = undefined;
    const answers = [
      await ask(probes.healthPort, "/readyz"),
      await ask(probes.healthPort, "/healthz"),
      await ask(probes.healthPort, "/metrics"),
    ];
    const exposed = await ask(probes.metricsPort, "/metrics");
    await probes.close();

    assert.equal(before, "503 not yet listed: Pod");
    assert.deepEqual(answers, ["200 ok", "200 ok", "404 not found"]);
    assert.match(exposed, /^200 # HELP/);
  });
});

describe("the system clock", () => {
  it("can be woken, with the reason", async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60 * 24 * 3_600_000, stop.signal);
    stop.abort(new Error("enough"));

    await assert.rejects(sleeping, /enough/);
  });
});
