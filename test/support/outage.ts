import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { parse, stringify } from "yaml";

/** A way to an API server that a test can cut. */
export interface Outage {
  /** Leads to the same server through the way that can be cut. */
  readonly kubeconfig: string;
  /** Ends all connections and takes no new ones. */
  cut(): void;
  mend(): Promise<void>;
  close(): void;
}

interface Kubeconfig {
  readonly clusters: { cluster: { server: string } }[];
}

/**
 * Puts a relay before the API server of a kubeconfig. What goes through stays encrypted, and 127.0.0.1 is a name of
 * its certificate on any port.
 */
export async function outageOf(kubeconfig: string, copy: string): Promise<Outage> {
  // A kubeconfig that the sandbox wrote, with one cluster.
  const config = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  const [first] = config.clusters;
  if (!first) throw new Error(`${kubeconfig} names no cluster`);
  const target = new URL(first.cluster.server);
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy()).on("close", () => sockets.delete(from) && to.destroy());
    }
  });
  const port = await listen(server, 0);
  first.cluster.server = `https://127.0.0.1:${port}`;
  await writeFile(copy, stringify(config), { mode: 0o600 });
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: copy,
    cut,
    close: cut,
    mend: async () => {
      await listen(server, port);
    },
  };
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
