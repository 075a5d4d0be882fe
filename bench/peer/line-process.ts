import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

const KEPT_OF_ERRORS = 4_000;

/** A program that answers each line with a line, in order. */
export class LineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #errors = "";

  constructor(command: string, args: readonly string[] = []) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-KEPT_OF_ERRORS);
    });
    // Written to after its end: those who wait are told by the end itself.
    this.#child.stdin.on("error", () => undefined);
    this.#ended = this.#end(command);
  }

  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.#child.stdin.writable) {
        reject(new Error(`it has ended: ${this.#errors.trim()}`));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${line}\n`);
    });
  }

  /** Resolves once it has answered everything and is gone. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async #end(command: string): Promise<void> {
    const how = await once(this.#child, "close").then(
      ([code, signal]: (number | string | null)[]) => String(code ?? signal),
      (error: unknown) => String(error),
    );
    this.#child.stdin.destroy();
    for (const { reject } of this.#waiting.splice(0))
      reject(new Error(`${command} ended (${how}) before it had answered: ${this.#errors.trim()}`));
  }
}
