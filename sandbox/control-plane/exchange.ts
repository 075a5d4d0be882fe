import * as http from "node:http";
import * as https from "node:https";

/** What a server said, whatever it was. */
export interface Answer {
  readonly code: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request and reads the whole answer. Rejects when there is none in time. */
export function exchange(url: URL, options: https.RequestOptions, content = ""): Promise<Answer> {
  const { timeout = 0 } = options;
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === "http:" ? http : https).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on("timeout", () => {
      sent.destroy(new Error(`${options.method ?? "GET"} ${url.pathname}: no answer within ${timeout / 1_000} s`));
    });
    sent.on("error", reject);
    sent.end(content);
  });
}
