/**
 * What the package exports, as JavaScript with declarations, into `dist/lib`: Node strips types nowhere under
 * node_modules (https://nodejs.org/api/typescript.html#type-stripping-in-dependencies).
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { isFresh, noteInputs, put } from "./freshness";

const root = join(__dirname, "..");
const entries = ["components/index.ts", "policies/pulumi-policies.ts"].map((file) => join(root, file));
const name = "lib";

/** Builds the library unless it is up to date; whether it was built. Types are `npm run types`' to check. */
export async function makeLibrary(directory: string): Promise<boolean> {
  if (await isFresh(name, directory)) return false;
  const program = ts.createProgram(entries, options(join(directory, name)));
  const files = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, content) => files.set(path, content));
  if (diagnostics.length > 0) throw new Error(diagnostics.map(said).join("\n"));
  for (const [path, content] of files) {
    await mkdir(dirname(path), { recursive: true });
    await put(path, content);
  }
  await removeAllBut(files, join(directory, name));
  const sources = program.getSourceFiles().filter((file) => !isForeign(program, file));
  const inputs = sources.map(({ fileName }) => relative(root, fileName));
  await noteInputs(name, directory, [...inputs, "tools/library.ts", "tsconfig.base.json"]);
  return true;
}

/** What sources were compiled to that are gone would else be shipped. */
async function removeAllBut(files: ReadonlyMap<string, string>, directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const left = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of left) if (!files.has(path)) await rm(path);
}

const isForeign = (program: ts.Program, file: ts.SourceFile): boolean =>
  program.isSourceFileDefaultLibrary(file) || program.isSourceFileFromExternalLibrary(file);

/** As everything is compiled, but written out. */
function options(outDir: string): ts.CompilerOptions {
  const written = { noEmit: false, declaration: true, sourceMap: false, rootDir: root, outDir };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail };
  const parsed = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.base.json"), written, host);
  if (parsed === undefined) throw new Error("tsconfig.base.json could not be read");
  return parsed.options;
}

const said = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, "\n");

const fail = (diagnostic: ts.Diagnostic): never => {
  throw new Error(said(diagnostic));
};
