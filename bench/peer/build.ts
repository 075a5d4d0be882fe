import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Cache } from "../../sandbox/engines/cache";
import { buildRecipe } from "../../sandbox/engines/engines";
import { Progress, type Report } from "../../sandbox/engines/progress";
import type { Recipe } from "../../sandbox/engines/recipe";

/** The release of Karpenter that we are measured against. */
export const peerVersion = "1.14.1";

const sourceFolder = join(__dirname, "program");

export interface BuildOptions {
  /** Hears how the building goes. @default standard error */
  readonly report?: Report;
  readonly cache?: Cache;
}

/** The path of the peer's program, which is built on first use and again when its source changes. */
export async function buildPeer({ report, cache = new Cache() }: BuildOptions = {}): Promise<string> {
  const { peer } = await buildRecipe(peerRecipe(), report ?? new Progress(process.stderr).report, cache);
  return peer;
}

function peerRecipe(): Recipe<"peer"> {
  const sources = sourcesIn(sourceFolder);
  return {
    name: "peer",
    version: `${peerVersion}-${fingerprint(sources)}`,
    binaries: { peer: "." },
    sources,
    modules: { "sigs.k8s.io/karpenter": peerVersion },
    expectedMinutes: 4,
    onPath: undefined,
  };
}

const sourcesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".go"))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

const fingerprint = (sources: Readonly<Record<string, string>>): string =>
  createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 8);
