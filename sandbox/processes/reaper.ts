import { spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/**
 * Reads "+<group>" and "-<group>" lines, and when its input ends, because whoever wrote them is gone, kills the groups that are left.
 * Shell, because it must survive us and cost nothing: one such process idles beside each supervisor.
 */
const script = `
groups=" "
while read -r line; do
  case "$line" in
    +*) groups="$groups\${line#+} " ;;
    -*) groups=$(printf '%s' "$groups" | sed "s/ \${line#-} / /") ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/** Sees to it that process groups do not outlive this process, however it ends: by exit, by signal, or by SIGKILL, where no handler runs. */
export class Reaper {
  readonly #input: Writable;

  constructor() {
    const shell = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.#input = shell.stdin;
    shell.unref();
    // The pipe is a handle of its own; it must not keep a program alive that is otherwise done.
    if (shell.stdin instanceof Socket) shell.stdin.unref();
  }

  watch(group: number): void {
    this.#input.write(`+${group}\n`);
  }

  forget(group: number): void {
    this.#input.write(`-${group}\n`);
  }

  /** Lets the reaper end; it kills what it still watches. */
  close(): void {
    this.#input.end();
  }
}
