import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Sandbox } from "#sandbox/sandbox";

const project = join(__dirname, "..", "..", "..");

const bundles = ["controller.cjs.gz", "loader.cjs", "resources.cjs"].map((file) => join("dist", file));
/** Nothing that a program is made of. */
const aside = ["node_modules", "dist", ".git", "bench", "docs", "examples", "sandbox", "test"];

/** With which the next version begins to describe pools. */
export const nextDescription = "As of the next version: ";

/**
 * The project with the version of this package that comes next: another controller, as its digest goes, and another
 * description of pools.
 */
export async function nextVersion({ directory }: Pick<Sandbox, "directory">): Promise<string> {
  const folder = join(directory, "next-version");
  await mkdir(join(folder, "dist"), { recursive: true });
  const sources = (await readdir(project)).filter((part) => !aside.includes(part));
  for (const part of [...sources, ...bundles]) await cp(join(project, part), join(folder, part), { recursive: true });
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  await change(join(folder, "dist", "controller.cjs.gz"), (program) => gzipSync(gunzipSync(program), { level: 1 }));
  await change(join(folder, "controller", "api", "crds", "nodepools.json"), (definition) =>
    Buffer.from(definition.toString("utf8").replace('"description": "', `"description": "${nextDescription}`)),
  );
  return folder;
}

async function change(file: string, to: (content: Buffer) => Buffer): Promise<void> {
  await writeFile(file, to(await readFile(file)));
}
