import { spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/**
 * Reads "+<group>" and "-<group>" lines, and when its input ends, because whoever wrote them is gone, kills the groups
 * that are left, with all that they started: Pulumi gives its plugins groups of their own. Shell, because it must
 * survive us and cost nothing: one such process idles beside each supervisor.
 */
const script = `
groups=" "
while read -r line; do
  case "$line" in
    +*) groups="$groups\${line#+} " ;;
    -*) groups=$(printf '%s' "$groups" | sed "s/ \${line#-} / /") ;;
  esac
done
tree() {
  # macOS knows no session ids; there a parent that is gone already hides its children.
  { ps -A -o pid=,ppid=,sid= 2>/dev/null || ps -A -o pid=,ppid=; } | awk -v root="$1" '
    { parent[$1] = $3 == root ? root : $2 }
    END { list[count = 1] = root; for (i = 1; i <= count; i++) { print list[i]; for (p in parent) if (parent[p] == list[i] && p != root) list[++count] = p } }'
}
for group in $groups; do
  for pid in $(tree "$group"); do kill -s KILL "$pid" 2>/dev/null; done
  kill -s KILL -- "-$group" 2>/dev/null
done
`;

/**
 * Sees to it that process groups do not outlive this process, however it ends: by exit, by signal, or by
 * SIGKILL, where no handler runs.
 */
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
