import { spawn } from "node:child_process";
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "#sandbox/processes/free-ports";
import { isWell } from "#sandbox/processes/health";
import { type Component, describeCrash, type Exit, Supervisor } from "#sandbox/processes/supervisor";
import { eventually } from "#support/eventually";

describe("supervisor", function () {
  this.timeout(30_000);

  it("reports a component that ends on its own, with its exit code and last lines", async () => {
    await supervised(async (supervisor) => {
      await supervisor.start(shell("fragile", "echo up; sleep 0.3; echo out of memory; exit 3"));
      const crash = await supervisor.crashed;

      assert.equal(crash.component, "fragile");
      assert.equal(crash.exitCode, 3);
      assert.deepEqual(crash.lastLines, ["up", "out of memory"]);
      assert.match(
        describeCrash(crash),
        /^fragile ended unexpectedly: exit code 3; the end of .*fragile\.log:\nup\nout of memory$/,
      );
    });
  });

  it("says why a component did not come up: it ended, or it took too long, or it cannot be run", async () => {
    await supervised(async (supervisor) => {
      const never = { ready: () => Promise.resolve(false), readyWithinMs: 500 };

      await assert.rejects(
        supervisor.start({ ...shell("broken", "echo bad flag >&2; exit 1"), ...never, readyWithinMs: 20_000 }),
        /broken ended before it was ready: exit code 1; the end of .*:\nbad flag$/,
      );
      await assert.rejects(
        supervisor.start({ ...shell("slow", "echo thinking; sleep 60"), ...never }),
        /slow was not ready within 0\.5 s; the end of .*:\nthinking$/,
      );
      await assert.rejects(
        supervisor.start({ ...shell("absent", ""), command: "no-such-program" }),
        /absent: cannot run no-such-program/,
      );
    });
  });

  it("leaves no process of a component when it stops, not even a grandchild that ignores the request to end", async () => {
    const pids = await supervised(async (supervisor, directory) => {
      const file = join(directory, "grandchild");
      const script = `sh -c 'trap "" TERM; echo $$ > "${file}.partial"; mv "${file}.partial" "${file}"; while :; do sleep 1; done' & wait`;
      const { pid } = await supervisor.start({
        ...shell("family", script),
        ready: () => Promise.resolve(read(file) !== ""),
      });
      return [pid, Number(read(file))];
    });

    for (const pid of pids) await untilGone(pid);
  });

  it("does not call it a crash when a component is asked to end, or may end on its own", async () => {
    await supervised(async (supervisor) => {
      const asked = await supervisor.start(shell("asked", "sleep 60"));
      await asked.stop();
      const exit = await new Promise<Exit>((resolve, reject) => {
        supervisor.start({ ...shell("job", "sleep 0.2; exit 4"), onExit: resolve }).catch(reject);
      });

      assert.deepEqual(exit, { exitCode: 4, signal: undefined });
      assert.equal(await Promise.race([supervisor.crashed, Promise.resolve("no crash")]), "no crash");
    });
  });

  it("takes its components with it when its own process is killed outright", async () => {
    const module = join(__dirname, "../../../sandbox/processes/supervisor.ts");
    const directory = mkdtempSync(join(tmpdir(), "supervisor-"));
    const program = `
      const { Supervisor } = require(${JSON.stringify(module)});
      const component = { name: "orphan", command: "sleep", args: ["60"], ready: async () => true, readyWithinMs: 9000 };
      new Supervisor(${JSON.stringify(directory)}).start(component).then(({ pid }) => console.log(pid));`;
    const parent = spawn(process.execPath, ["--require", "tsx/cjs", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer]; // what a stream's data event carries
    parent.kill("SIGKILL");

    await untilGone(Number(line.toString()));
    rmSync(directory, { recursive: true });
  });

  it("takes in what somebody else started, and ends it with all that it started", async () => {
    const pids = await supervised(async (supervisor, directory) => {
      const file = join(directory, "plugin");
      // A group of its own, as Pulumi's plugins have.
      const script = `${process.execPath} -e 'require("child_process").spawn("sleep", ["60"], { detached: true, stdio: "ignore" })
        .on("spawn", function () { require("fs").writeFileSync(process.argv[1], String(this.pid)); })' "${file}"`;
      const guest = spawn("/bin/sh", ["-c", script], { detached: true, stdio: "ignore" });
      assert.ok(guest.pid);
      supervisor.adopt(guest.pid);
      await eventually("the plugin runs", () => read(file) !== "");
      return [guest.pid, Number(read(file))];
    });

    for (const pid of pids) await untilGone(pid);
  });

  it("runs two alike side by side on ports of their own", async () => {
    const [first = 0, second = 0] = await freePorts(2);
    await supervised((one) =>
      supervised(async (other) => {
        await Promise.all([one.start(webServer(first)), other.start(webServer(second))]);

        assert.notEqual(first, second);
        assert.ok(await isWell({ url: `http://127.0.0.1:${first}` }));
        assert.ok(await isWell({ url: `http://127.0.0.1:${second}` }));
      }),
    );
  });
});

describe("free ports", () => {
  it("are different, and nobody listens on them", async () => {
    const ports = await freePorts(20);
    const servers = ports.map((port) => createServer().listen(port, "127.0.0.1"));
    await Promise.all(servers.map((server) => once(server, "listening")));
    for (const server of servers) server.close();

    assert.equal(new Set(ports).size, 20);
  });
});

const shell = (name: string, script: string): Component => ({
  name,
  command: "/bin/sh",
  args: ["-c", script],
  ready: () => Promise.resolve(true),
  readyWithinMs: 20_000,
  graceMs: 1_000,
});

const webServer = (port: number): Component => ({
  ...shell("web", ""),
  command: process.execPath,
  args: ["-e", `require("node:http").createServer((_, answer) => answer.end()).listen(${port}, "127.0.0.1")`],
  ready: () => isWell({ url: `http://127.0.0.1:${port}` }),
});

/** Does something with a supervisor that is stopped afterwards, whatever happens. */
async function supervised<T>(work: (supervisor: Supervisor, directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "supervisor-"));
  const supervisor = new Supervisor(directory);
  try {
    return await work(supervisor, directory);
  } finally {
    await supervisor.stop();
    rmSync(directory, { recursive: true });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** Resolves once no process has this id any more; the test's own time limit ends the wait. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ESRCH") return;
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
