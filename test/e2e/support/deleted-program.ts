import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "#sandbox/sandbox";

const project = join(__dirname, "..", "..", "..");

/** The project after its program was deleted: what is left is its name, and the packages that are installed. */
export async function withoutProgram({ directory }: Pick<Sandbox, "directory">): Promise<string> {
  const folder = join(directory, "without-program");
  const packages = join(folder, "node_modules");
  await mkdir(packages, { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), "name: pulumi-karpenter\nruntime: nodejs\n");
  await symlink(project, join(packages, "pulumi-karpenter"));
  await symlink(join(project, "node_modules", "@pulumi"), join(packages, "@pulumi"));
  return folder;
}
