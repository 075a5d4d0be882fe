import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";

const PARTIAL = "partial-";
const ASK_AGAIN_MS = 1_000;
const WAIT_AT_MOST_MS = 40 * 60_000;

/**
 * A folder outside the repository with one folder for each thing that was made, named by what it is and its version.
 * Things are made in a folder beside it and then renamed: what has its final name is whole.
 */
export class Cache {
  readonly root: string;

  /** By default `pulumi-karpenter` in `PULUMI_KARPENTER_CACHE`, else in the user's cache folder. */
  constructor(root = defaultRoot()) {
    this.root = root;
  }

  /** Where a thing is, or will be. */
  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  has(key: string): boolean {
    return existsSync(this.path(key));
  }

  /** Makes the thing of this key; `make` fills the empty folder it is given. */
  async add(key: string, make: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(this.path(PARTIAL));
    try {
      await make(folder);
      await rename(folder, this.path(key));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * Does the work while no other process works on this cache, and clears what killed ones left.
   * @param waiting called once when another is at work and this one waits for it
   */
  async exclusively<T>(work: () => Promise<T>, waiting: () => void): Promise<T> {
    await mkdir(this.root, { recursive: true });
    const release = await this.#lock(waiting);
    try {
      await this.#clearPartial();
      return await work();
    } finally {
      await release();
    }
  }

  async #lock(waiting: () => void): Promise<() => Promise<void>> {
    try {
      return await lock(this.root);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw error;
    }
    waiting();
    const retries = { retries: WAIT_AT_MOST_MS / ASK_AGAIN_MS, factor: 1, minTimeout: ASK_AGAIN_MS };
    return lock(this.root, { retries });
  }

  async #clearPartial(): Promise<void> {
    for (const name of await readdir(this.root)) if (name.startsWith(PARTIAL)) await removeTree(this.path(name));
  }
}

/** Removes a folder and everything in it, however large. */
export const removeTree = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3 });

function defaultRoot(): string {
  const { PULUMI_KARPENTER_CACHE, XDG_CACHE_HOME } = process.env;
  return join(PULUMI_KARPENTER_CACHE ?? XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pulumi-karpenter");
}
