import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface ProbesOptions {
  /** @default all interfaces */
  readonly host: string | undefined;
  /** 0 takes a free port. */
  readonly metricsPort: number;
  readonly healthPort: number;
  readonly metrics: { readonly contentType: string; expose(): Promise<string> };
  /** What is wrong with this process, if a restart would help. */
  readonly unhealthy: () => string | undefined;
  /** Why it cannot do its work yet. */
  readonly unready: () => string | undefined;
}

export interface Probes {
  readonly metricsPort: number;
  readonly healthPort: number;
  close(): Promise<void>;
}

/**
 * `/metrics` on one port, `/healthz` and `/readyz` on another. A stuck event loop answers none of them,
 * which is the right answer.
 */
export async function startProbes(options: ProbesOptions): Promise<Probes> {
  const { host, metrics, unhealthy, unready } = options;
  const metricsServer = await listen(
    serve({ "/metrics": async () => ({ code: 200, type: metrics.contentType, text: await metrics.expose() }) }),
    { port: options.metricsPort, host },
  );
  const healthServer = await listen(serve({ "/healthz": verdict(unhealthy), "/readyz": verdict(unready) }), {
    port: options.healthPort,
    host,
  });
  return {
    metricsPort: portOf(metricsServer),
    healthPort: portOf(healthServer),
    async close() {
      await Promise.all([metricsServer, healthServer].map(close));
    },
  };
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly text: string;
}

type Page = () => Promise<Answer>;

const verdict =
  (trouble: () => string | undefined): Page =>
  () => {
    const text = trouble();
    return Promise.resolve({ code: text === undefined ? 200 : 503, type: "text/plain", text: text ?? "ok" });
  };

const missing: Page = () => Promise.resolve({ code: 404, type: "text/plain", text: "not found" });

const serve =
  (pages: Readonly<Record<string, Page>>): RequestListener =>
  (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    (pages[path] ?? missing)().then(
      ({ code, type, text }) => {
        response.writeHead(code, { "content-type": type }).end(text);
      },
      (error: unknown) => {
        response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
      },
    );
  };

function listen(
  listener: RequestListener,
  at: { readonly port: number; readonly host: string | undefined },
): Promise<Server> {
  const server = createServer(listener);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at, () => {
      resolve(server);
    });
  });
}

const portOf = (server: Server): number =>
  // A server that listens on a TCP port has an address with a port.
  (server.address() as AddressInfo).port;

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
