import { connect } from "node:net";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { spawn } from "node:child_process";
import type { Container, Probe } from "./pod";

/** What probes are aimed at: a container where it runs. */
export interface Target {
  readonly container: Container;
  readonly podIp: string;
  /** A command's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Asks once. https://kubernetes.io/docs/concepts/workloads/pods/probes/ */
export async function succeeds(probe: Probe, target: Target): Promise<boolean> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  const { httpGet, tcpSocket, exec } = probe;
  if (httpGet) {
    const { path = "/", port, host = target.podIp, scheme = "HTTP" } = httpGet;
    return answersWell(`${scheme.toLowerCase()}://${host}:${portOf(port, target.container)}${path}`, timeoutMs);
  }
  if (tcpSocket) return accepts(tcpSocket.host ?? target.podIp, portOf(tcpSocket.port, target.container), timeoutMs);
  if (exec) return runsWell(exec.command ?? [], target, timeoutMs);
  throw new Error(`a probe of container ${target.container.name} is of a kind that is not offered here`);
}

function portOf(port: number | string, { name, ports = [] }: Container): number {
  const number = typeof port === "number" ? port : ports.find((each) => each.name === port)?.containerPort;
  if (number === undefined) throw new Error(`container ${name} has no port named ${port}`);
  return number;
}

function answersWell(url: string, timeout: number): Promise<boolean> {
  const options = { timeout, rejectUnauthorized: false, headers: { "user-agent": "kube-probe/sandbox" } };
  return new Promise((resolve) => {
    const sent = (url.startsWith("https") ? secureRequest : request)(url, options, ({ statusCode = 0 }) => {
      resolve(statusCode >= 200 && statusCode < 400);
      sent.destroy();
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => {
      resolve(false);
    });
    sent.end();
  });
}

function accepts(host: string, port: number, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout });
    const settle = (well: boolean): void => {
      socket.destroy();
      resolve(well);
    };
    socket.on("connect", () => {
      settle(true);
    });
    for (const trouble of ["error", "timeout"]) {
      socket.on(trouble, () => {
        settle(false);
      });
    }
  });
}

function runsWell([command = "", ...args]: readonly string[], { env, cwd }: Target, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, timeout, stdio: "ignore", killSignal: "SIGKILL" });
    child.on("error", () => {
      resolve(false);
    });
    child.on("exit", (code) => {
      resolve(code === 0);
    });
  });
}
