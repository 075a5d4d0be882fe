import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A line of the controller's log. */
export interface LogLine {
  readonly message: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

const LAST = 40;

/** What the controller's pods wrote, those of pods that are gone included. */
export class ControllerLog {
  readonly #folder: string;

  /** @param directory the sandbox's */
  constructor(directory: string) {
    this.#folder = join(directory, "logs");
  }

  /** Lines with this message, pod by pod in the order of their writing. */
  async lines(message: string): Promise<readonly LogLine[]> {
    return (await this.#all()).flatMap(parsed).filter((line) => line.message === message);
  }

  /** The end of the log, for people. */
  async end(): Promise<readonly string[]> {
    const time = (line: string): string => /"time":"([^"]*)"/.exec(line)?.[1] ?? "";
    return (await this.#all()).toSorted((a, b) => time(a).localeCompare(time(b))).slice(-LAST);
  }

  async #all(): Promise<readonly string[]> {
    const files = (await readdir(this.#folder)).filter((name) => name.startsWith("pod-karpenter"));
    const texts = await Promise.all(files.map((file) => readFile(join(this.#folder, file), "utf8")));
    return texts.flatMap((text) => text.split("\n")).filter((line) => line !== "");
  }
}

function parsed(line: string): readonly LogLine[] {
  try {
    return [JSON.parse(line) as LogLine]; // as controller/runtime's log writes them
  } catch {
    // Node's own warnings are plain text.
    return [];
  }
}
