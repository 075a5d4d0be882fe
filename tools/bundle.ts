/**
 * `npm run bundle`: what is shipped, into `dist/`: programs as one file each, and the library. Does nothing while no
 * source has changed.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions } from "esbuild";
import packageJson from "../package.json";
import { digest, isFresh, noteInputs, put } from "./freshness";
import { makeLibrary } from "./library";

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

const root = join(__dirname, "..");

/** How everything is built that is shipped as one file. */
export const shipped = {
  ...{ absWorkingDir: root, bundle: true, platform: "node", target: "node24", format: "cjs" },
  ...{ minify: true, legalComments: "none", logLevel: "error" },
} as const satisfies BuildOptions;

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
  const inputs = [...Object.keys(metafile?.inputs ?? {}), "tools/bundle.ts", "package.json"];
  for (const file of outputFiles) await put(join(directory, file.path.split("/").at(-1) ?? ""), file.contents);
  const code = await readFile(join(directory, `${name}.cjs`));
  const whole = bundle.packed ? gzipSync(code, { level: 9 }) : code;
  if (bundle.packed) await put(join(directory, `${name}.cjs.gz`), whole);
  const manifest: Manifest = { version: packageJson.version, sha256: digest(whole) };
  await put(join(directory, manifestOf(name)), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await noteInputs(name, directory, inputs);
  return true;
}

const manifestOf = (name: string): string => (name === "controller" ? "bundle.json" : `${name}.json`);

async function main(): Promise<void> {
  const directory = join(root, "dist");
  const bundlers = Object.keys(bundles).map((name) => [name, () => makeBundle(name, directory)] as const);
  for (const [name, make] of [...bundlers, ["library", () => makeLibrary(directory)] as const]) {
    const startedAt = performance.now();
    const built = await make();
    console.log(`${name}: ${built ? `built in ${Math.round(performance.now() - startedAt)} ms` : "up to date"}`);
  }
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
