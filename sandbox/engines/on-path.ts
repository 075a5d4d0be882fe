import { dirname, join } from "node:path";
import { isAtLeast, onPath, versionOf } from "./ask";
import type { Binary, Recipe } from "./recipe";

/** Programs of a recipe, by name: their paths. */
export type Paths = Readonly<Partial<Record<Binary, string>>>;

/** The recipe's programs on PATH, if all are there, run, and are of a version that will do. */
export async function findOnPath({ binaries, onPath: wanted }: Recipe): Promise<Paths | undefined> {
  if (!wanted) return undefined;
  const found: Record<string, string> = {};
  for (const binary of Object.keys(binaries)) {
    const path = onPath(binary);
    const version = path && (await versionOf(path, wanted.ask));
    if (!path || !version) return undefined;
    if (!isAtLeast(version, wanted.atLeast) || isAtLeast(version, wanted.below)) return undefined;
    found[binary] = path;
  }
  return found;
}

/** Pulumi's language host has no version to ask for, but the one beside a CLI was released with it. */
export function languageHostBeside(pulumi: string | undefined): Paths | undefined {
  const host = onPath("pulumi-language-nodejs");
  if (!host || !pulumi || host !== join(dirname(pulumi), "pulumi-language-nodejs")) return undefined;
  return { "pulumi-language-nodejs": host };
}
