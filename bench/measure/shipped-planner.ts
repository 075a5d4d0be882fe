import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { shipped } from "../../tools/bundle";

/**
 * Has the planner built as the controller's bundle is, for as long as it is used: what is measured is what ships, and
 * not what a loader makes of each source file.
 */
export async function withShippedPlanner<T>(use: (path: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "planner-"));
  const outfile = join(directory, "planner.cjs");
  try {
    await build({ ...shipped, entryPoints: [join(__dirname, "planner.ts")], outfile });
    return await use(outfile);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
