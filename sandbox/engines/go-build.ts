import { execFile } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { runToEnd } from "../processes/run-to-end";
import type { Cache } from "./cache";
import type { Recipe } from "./recipe";

const run = promisify(execFile);

/** Where compiled packages wait while engines are built; they are large and of no use afterwards. */
export const goBuildCache = (cache: Cache): string => cache.path("go-build");

/**
 * Builds the programs of a recipe into a folder, in a scratch module that requires the recipe's module: `go install`
 * would refuse modules that replace others by folders, as Kubernetes' and Pulumi's do.
 */
export async function goBuild(recipe: Recipe, folder: string, cache: Cache): Promise<void> {
  const source = join(folder, "source");
  const logFile = cache.path("logs", `${recipe.name}-${recipe.version}.log`);
  const env = goEnvironment(cache);
  await mkdir(source);
  await writeFile(join(source, "go.mod"), await goMod(recipe, env));
  for (const [name, text] of Object.entries(recipe.sources ?? {})) await writeFile(join(source, name), text);
  const flags = ["-trimpath", "-ldflags", linkerFlags(recipe), "-o", `${folder}/`];
  const packages = Object.values(recipe.binaries).filter((path) => path !== undefined);
  const args = ["build", ...flags, ...packages];
  await runToEnd({ command: "go", args, cwd: source, env, logFile });
  await keepFiles(recipe, folder, env);
}

function goEnvironment(cache: Cache): NodeJS.ProcessEnv {
  const ours = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=mod -buildvcs=false", GOCACHE: goBuildCache(cache) };
  return { ...process.env, ...ours };
}

const linkerFlags = ({ stamps = {} }: Recipe): string =>
  ["-s", "-w", ...Object.entries(stamps).flatMap(([variable, value]) => ["-X", `${variable}=${value}`])].join(" ");

async function goMod(recipe: Recipe, env: NodeJS.ProcessEnv): Promise<string> {
  const requirements = Object.entries(recipe.modules).map(([module, version]) => `require ${module} v${version}`);
  return [`module ${recipe.name}`, "go 1.24.0", ...requirements, ...(await replacements(recipe, env)), ""].join("\n\n");
}

/** A module's replacements hold for itself only; whoever requires it must repeat them. */
async function replacements(recipe: Recipe, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { localReplacements } = recipe;
  if (localReplacements === undefined) return [];
  const { GoMod } = await download(recipe, env);
  const { stdout } = await run("go", ["mod", "edit", "-json", GoMod], { env });
  // The shape that `go help mod edit` promises.
  const { Replace } = JSON.parse(stdout) as { Replace: { Old: { Path: string }; New: { Path: string } }[] };
  return Replace.filter(({ New }) => New.Path.startsWith("./")).map(
    ({ Old }) => `replace ${Old.Path} => ${Old.Path} v${localReplacements}`,
  );
}

async function keepFiles(recipe: Recipe, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (!recipe.files) return;
  const { Dir } = await download(recipe, env);
  for (const [name, path] of Object.entries(recipe.files)) await copyFile(join(Dir, path), join(folder, name));
}

async function download({ modules }: Recipe, env: NodeJS.ProcessEnv): Promise<{ GoMod: string; Dir: string }> {
  const [module, version] = Object.entries(modules)[0] ?? [];
  const { stdout } = await run("go", ["mod", "download", "-json", `${module ?? ""}@v${version ?? ""}`], { env });
  // The shape that `go help mod download` promises.
  return JSON.parse(stdout) as { GoMod: string; Dir: string };
}
