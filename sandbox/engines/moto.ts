import { join } from "node:path";
import { runToEnd } from "../processes/run-to-end";
import type { Cache } from "./cache";
import { versions } from "./versions";

/** What goes into the virtual environment in which the AWS emulator runs. */
const packages = [`moto[server]==${versions.moto}`];

export const motoKey = `moto-${versions.moto}`;

/** The interpreter that can import moto. */
export const motoPython = (cache: Cache): string => cache.path(motoKey, "bin", "python");

/**
 * Makes the virtual environment. It may be renamed afterwards, as long as its interpreter is called and not its
 * scripts, which hold its path.
 */
export async function installMoto(folder: string, cache: Cache): Promise<void> {
  const logFile = cache.path("logs", `${motoKey}.log`);
  const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", ...packages];
  const common = { cwd: folder, env: process.env, logFile };
  await runToEnd({ command: "python3", args: ["-m", "venv", folder], ...common });
  await runToEnd({ command: join(folder, "bin", "python"), args: pip, ...common });
}
