/**
 * Runs a program that rides in ConfigMaps: `node loader.cjs <sha256> <part>… [-- <argument>…]`. Checks that the parts
 * together have the digest, unpacks them in memory (the file system is read-only), and runs them. Plain Node, no
 * package: it is what checks the rest.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { compileFunction } from "node:vm";
import { gunzipSync } from "node:zlib";

function fail(message: string): never {
  process.stderr.write(`loader: ${message}\n`);
  process.exit(1);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    fail(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const given = process.argv.slice(2);
const separator = given.includes("--") ? given.indexOf("--") : given.length;
const [expected, ...parts] = given.slice(0, separator);
if (expected === undefined || !/^[0-9a-f]{64}$/.test(expected) || parts.length === 0)
  fail("usage: loader.cjs <sha256 in hex> <part file>… [-- <argument>…]");

const packed = Buffer.concat(parts.map(read));
const actual = createHash("sha256").update(packed).digest("hex");
if (actual !== expected)
  fail(`${parts.join(", ")} have sha256 ${actual}, not ${expected}: the bundle is incomplete or altered`);

const [first = ""] = parts;
const filename = resolve(dirname(first), "controller.cjs");
// What the program reads as its own arguments begins where node would have put them.
process.argv = [process.argv[0] ?? "node", filename, ...given.slice(separator + 1)];
// A thread of the program's own begins as the program did: from here.
const rerun = [__filename, expected, ...parts, "--"];
const module = { exports: {}, rerun };
const names = ["exports", "require", "module", "__filename", "__dirname"];
const program = compileFunction(gunzipSync(packed).toString("utf8"), names, { filename }) as (
  ...args: unknown[]
) => void; // by `names`
program(module.exports, createRequire(filename), module, filename, dirname(filename));
