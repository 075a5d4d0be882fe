import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** The controller's program, as it travels to the cluster. */
export interface Bundle {
  /** Of the gzipped program. */
  readonly sha256: string;
  /** Base64, each part small enough for a ConfigMap of its own. */
  readonly parts: readonly string[];
  /** Source of the program that checks, unpacks and runs the other. */
  readonly loader: string;
}

/**
 * A ConfigMap holds 1 MiB, names and all.
 * @see https://kubernetes.io/docs/concepts/configuration/configmap/
 */
const largestPartBytes = 900 * 1024;

/**
 * The bundle that ships with this package, or that `npm run bundle` built.
 * @throws pulumi.RunError where there is none
 */
export function readBundle(directory: string = join(packageRoot(__dirname), "dist")): Bundle {
  const [program, loader] = ["controller.cjs.gz", "loader.cjs"].map((file) => join(directory, file));
  if (program === undefined || loader === undefined || !existsSync(program) || !existsSync(loader)) {
    throw new pulumi.RunError(
      `the controller is not built: there is no ${directory}/controller.cjs.gz; run npm run bundle`,
    );
  }
  const bytes = readFileSync(program);
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    parts: split(bytes, largestPartBytes).map((part) => part.toString("base64")),
    loader: readFileSync(loader, "utf8"),
  };
}

function split(bytes: Buffer, size: number): readonly Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** Where this package's package.json is: two levels differ between the sources and what is published. */
function packageRoot(from: string): string {
  if (existsSync(join(from, "package.json")) || dirname(from) === from) return from;
  return packageRoot(dirname(from));
}
