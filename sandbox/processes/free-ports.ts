import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the range that Linux and macOS take for outgoing connections, so that none of those grabs a port
 * before its owner binds it.
 */
const RANGE = { from: 15_000, to: 30_000 } as const;
const TRIES_PER_PORT = 100;

/**
 * Ports of 127.0.0.1 on which nobody listens, all different. Drawn at random, so that sandboxes starting
 * side by side rarely meet.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries >= count * TRIES_PER_PORT)
      throw new Error(`no ${count} free ports between ${RANGE.from} and ${RANGE.to}`);
    const port = randomInt(RANGE.from, RANGE.to);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("no free port");
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
