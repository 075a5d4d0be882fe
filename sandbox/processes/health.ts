import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";

export interface Question {
  readonly url: string;
  /** PEM of the authority to trust, for https. */
  readonly authority?: string;
  /** Bearer token. */
  readonly token?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const ANSWER_WITHIN_MS = 2_000;

/** Asks a program of this machine by HTTP or HTTPS. Throws when nobody answers. */
export function ask({ url, authority, token }: Question): Promise<Answer> {
  const get = url.startsWith("https:") ? httpsGet : httpGet;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const request = get(url, { ca: authority, headers, timeout: ANSWER_WITHIN_MS, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer from ${url} within ${ANSWER_WITHIN_MS} ms`)));
    request.on("error", reject);
  });
}

/** Whether it answers with 200. Throws when nobody answers. */
export const isWell = async (question: Question): Promise<boolean> => (await ask(question)).status === 200;
