/**
 * What the package exports, as JavaScript with declarations, into `dist/lib`: Node strips types nowhere under
 * node_modules (https://nodejs.org/api/typescript.html#type-stripping-in-dependencies).
 */
import { mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { isFresh, noteInputs, put } from "./freshness";

const root = join(__dirname, "..");
const entry = join(root, "components", "index.ts");
const name = "lib";

/** Builds the library unless it is up to date; whether it was built. Types are `npm run types`' to check. */
export async function makeLibrary(directory: string): Promise<boolean> {
  if (await isFresh(name, directory)) return false;
  const program = ts.createProgram([entry], options(join(directory, name)));
  const files: [path: string, content: string][] = [];
  program.emit(undefined, (path, content) => files.push([path, content]));
  for (const [path, content] of files) {
    await mkdir(dirname(path), { recursive: true });
    await put(path, content);
  }
  const sources = program.getSourceFiles().filter((file) => !isForeign(program, file));
  const inputs = sources.map(({ fileName }) => relative(root, fileName));
  await noteInputs(name, directory, [...inputs, "tools/library.ts", "tsconfig.base.json"]);
  return true;
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

const fail = ({ messageText }: ts.Diagnostic): never => {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
};
