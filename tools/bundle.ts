/** `npm run bundle`: what is shipped as one file each, into `dist/`. Does nothing while no source has changed. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions } from "esbuild";
import packageJson from "../package.json";

interface Bundle {
  readonly entry: string;
  /** Also gzipped, as it travels in ConfigMaps. */
  readonly packed?: true;
  readonly options?: BuildOptions;
}

/** Name of the file in `dist/`, without `.cjs`. */
export const bundles: Readonly<Record<string, Bundle>> = {
  controller: { entry: "controller/main.ts", packed: true },
  loader: { entry: "tools/loader.ts", options: { minify: false } },
  resources: { entry: "components/resources/index.ts" },
  // Whoever runs Pulumi brings the Node.
  policies: { entry: "policies/pulumi-policies.ts", options: { target: "node20", minify: false } },
  // Users bring their own Node.
  cli: { entry: "cli/main.ts", options: { target: "node20" } },
};

/** What was built: `dist/bundle.json` for the controller, `dist/<name>.json` for the others. */
interface Manifest {
  readonly version: string;
  /** Of the gzipped file; of the file itself when it is not packed. */
  readonly sha256: string;
}

/** Out of what it was built, source file → digest: `dist/<name>.inputs.json`. */
type Inputs = Readonly<Record<string, string>>;

const root = join(__dirname, "..");

/** How everything is built that is shipped as one file. */
export const shipped = {
  ...{ absWorkingDir: root, bundle: true, platform: "node", target: "node24", format: "cjs" },
  ...{ minify: true, legalComments: "none", logLevel: "error" },
} as const satisfies BuildOptions;

const digest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** Builds one bundle unless it is up to date; whether it was built. */
export async function makeBundle(name: string, directory: string): Promise<boolean> {
  const bundle = bundles[name];
  if (!bundle) throw new Error(`no bundle ${name}: there are ${Object.keys(bundles).join(", ")}`);
  if (await isFresh(name, directory)) return false;
  await mkdir(directory, { recursive: true });
  const { outputFiles = [], metafile } = await build({
    ...shipped,
    ...{ entryPoints: [bundle.entry], outfile: `${name}.cjs` },
    ...{ sourcemap: "external", write: false, metafile: true },
    // Data tables ride along as bytes, so that the program stays one file.
    loader: { ".gz": "binary" },
    ...bundle.options,
  });
  // The tool itself decides what comes out, and so does the version that it writes down.
  const inputs: Inputs = await digests([...Object.keys(metafile?.inputs ?? {}), "tools/bundle.ts", "package.json"]);
  for (const file of outputFiles) await put(join(directory, file.path.split("/").at(-1) ?? ""), file.contents);
  const code = await readFile(join(directory, `${name}.cjs`));
  const whole = bundle.packed ? gzipSync(code, { level: 9 }) : code;
  if (bundle.packed) await put(join(directory, `${name}.cjs.gz`), whole);
  const manifest: Manifest = { version: packageJson.version, sha256: digest(whole) };
  await put(join(directory, manifestOf(name)), `${JSON.stringify(manifest, undefined, 2)}\n`);
  // Last: without it, nothing counts as built.
  await put(join(directory, inputsOf(name)), JSON.stringify(inputs));
  return true;
}

const inputsOf = (name: string): string => `${name}.inputs.json`;
const manifestOf = (name: string): string => (name === "controller" ? "bundle.json" : `${name}.json`);

async function isFresh(name: string, directory: string): Promise<boolean> {
  try {
    const before = JSON.parse(await readFile(join(directory, inputsOf(name)), "utf8")) as Inputs; // written above
    const now = await digests(Object.keys(before));
    return Object.entries(before).every(([file, it]) => now[file] === it);
  } catch (error) {
    // Nothing was built yet, or a source is gone.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

async function digests(files: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const read = async (file: string) => [file, digest(await readFile(join(root, file)))] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** Renamed into place, so that whoever reads at the same time sees the old file or the new one, not half of it. */
async function put(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content);
  await rename(draft, path);
}

async function main(): Promise<void> {
  const directory = join(root, "dist");
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
