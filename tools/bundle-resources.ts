/** Bundles the code behind our own Pulumi resources, which runs in Pulumi's provider process from state alone. */
import { join } from "node:path";
import { build } from "esbuild";

const root = join(__dirname, "..");

/** Writes dist/resources.cjs. */
export async function bundleResources(): Promise<void> {
  await build({
    entryPoints: [join(root, "components/resources/index.ts")],
    outfile: join(root, "dist/resources.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    keepNames: true,
    logLevel: "warning",
  });
}

if (require.main === module) void bundleResources();
