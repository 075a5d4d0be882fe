/** Whether what was built is up to date: beside it lies a list of what it was built out of. */
import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(__dirname, "..");

/** Source file → digest. */
type Inputs = Readonly<Record<string, string>>;

const listOf = (name: string): string => `${name}.inputs.json`;

export const digest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** Whether no source of it has changed since it was built into this directory. */
export async function isFresh(name: string, directory: string): Promise<boolean> {
  try {
    const before = JSON.parse(await readFile(join(directory, listOf(name)), "utf8")) as Inputs; // written below
    const now = await digests(Object.keys(before));
    return Object.entries(before).every(([file, it]) => now[file] === it);
  } catch (error) {
    // Nothing was built yet, or a source is gone.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Notes what it was built out of, as paths from the root. To be done last: without it, nothing counts as built. */
export async function noteInputs(name: string, directory: string, files: readonly string[]): Promise<void> {
  await put(join(directory, listOf(name)), JSON.stringify(await digests(files)));
}

async function digests(files: readonly string[]): Promise<Inputs> {
  const read = async (file: string) => [file, digest(await readFile(join(root, file)))] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** Renamed into place, so that whoever reads at the same time sees the old file or the new one, not half of it. */
export async function put(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content);
  await rename(draft, path);
}
