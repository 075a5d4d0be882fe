/** `npm run bundle`: what is shipped as one file each, into `dist/`. Does nothing while no source has changed. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions } from "esbuild";
import packageJson from "../package.json";

interface Bundle {
  readonly entry: string;
  /** Also gzipped, in parts that fit ConfigMaps. */
  readonly packed?: true;
  readonly options?: BuildOptions;
}

/** Name of the file in `dist/`, without `.cjs`. */
export const bundles: Readonly<Record<string, Bundle>> = {
  controller: { entry: "controller/main.ts", packed: true },
  loader: { entry: "tools/loader.ts", options: { minify: false } },
  resources: { entry: "components/resources/index.ts" },
};

/** A ConfigMap holds 1 MiB, names and all. */
const LARGEST_PART_BYTES = 900 * 1024;

/** What was built, and out of what: `dist/<name>.json`. */
interface Manifest {
  readonly version: string;
  /** Of the gzipped file; of the file itself when it is not packed. */
  readonly sha256: string;
  /** Files that follow each other to make the gzipped whole. */
  readonly parts: readonly string[];
  /** Source file → its digest. */
  readonly inputs: Readonly<Record<string, string>>;
}

const root = join(__dirname, "..");
const digest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** Builds one bundle unless it is up to date; whether it was built. */
export async function makeBundle(name: string, directory: string): Promise<boolean> {
  const bundle = bundles[name];
  if (!bundle) throw new Error(`no bundle ${name}: there are ${Object.keys(bundles).join(", ")}`);
  if (await isFresh(name, directory)) return false;
  const { outputFiles = [], metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: [bundle.entry], outfile: `${name}.cjs` },
    ...{ bundle: true, platform: "node", target: "node24", format: "cjs", minify: true, legalComments: "none" },
    ...{ sourcemap: "external", write: false, metafile: true, logLevel: "error" },
    // Data tables ride along as bytes, so that the program stays one file.
    loader: { ".gz": "binary" },
    ...bundle.options,
  });
  const inputs = await digests(Object.keys(metafile?.inputs ?? {}));
  for (const file of outputFiles) await writeFile(join(directory, file.path.split("/").at(-1) ?? ""), file.contents);
  const code = await readFile(join(directory, `${name}.cjs`));
  const whole = bundle.packed ? gzipSync(code, { level: 9 }) : code;
  const parts = bundle.packed ? await writeParts(whole, name, directory) : [`${name}.cjs`];
  const manifest: Manifest = { version: packageJson.version, sha256: digest(whole), parts, inputs };
  await writeFile(join(directory, manifestOf(name)), `${JSON.stringify(manifest, undefined, 1)}\n`);
  return true;
}

const manifestOf = (name: string): string => (name === "controller" ? "bundle.json" : `${name}.json`);

/** The gzipped whole, and where it is too large for one ConfigMap also its parts. */
async function writeParts(whole: Buffer, name: string, directory: string): Promise<string[]> {
  const file = `${name}.cjs.gz`;
  await writeFile(join(directory, file), whole);
  const count = Math.ceil(whole.length / LARGEST_PART_BYTES);
  const parts = Array.from({ length: count }, (_, index) => `${file}.${index}`);
  for (const [index, part] of parts.entries())
    await writeFile(
      join(directory, part),
      whole.subarray(index * LARGEST_PART_BYTES, (index + 1) * LARGEST_PART_BYTES),
    );
  await rm(join(directory, `${file}.${count}`), { force: true });
  return parts;
}

async function isFresh(name: string, directory: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, manifestOf(name)), "utf8")) as Manifest; // written above
    if (manifest.version !== packageJson.version) return false;
    const now = await digests(Object.keys(manifest.inputs));
    return Object.entries(manifest.inputs).every(([file, before]) => now[file] === before);
  } catch (error) {
    // Nothing was built yet, or a source is gone.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

const digests = async (files: readonly string[]): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(files.map(async (file) => [file, digest(await readFile(join(root, file)))])));

async function main(): Promise<void> {
  const directory = join(root, "dist");
  await mkdir(directory, { recursive: true });
  for (const name of Object.keys(bundles)) {
    const startedAt = performance.now();
    const built = await makeBundle(name, directory);
    console.log(`${name}: ${built ? `built in ${Math.round(performance.now() - startedAt)} ms` : "up to date"}`);
  }
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
