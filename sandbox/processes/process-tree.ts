import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Kills a process and everything that it started, also what has a process group of its own: that is known by its
 * parent.
 */
export async function killTree(root: number): Promise<void> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  const processes = stdout.split("\n").flatMap((row) => {
    const [pid, parent] = row.trim().split(/\s+/).map(Number);
    return pid === undefined || parent === undefined ? [] : [{ pid, parent }];
  });
  const doomed = [root];
  for (const ancestor of doomed) {
    doomed.push(...processes.filter(({ parent }) => parent === ancestor).map(({ pid }) => pid));
  }
  for (const pid of doomed) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
