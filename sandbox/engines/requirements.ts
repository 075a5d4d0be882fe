import { isAtLeast, versionOf } from "./ask";

const needed = {
  go: { ask: ["version"], atLeast: "1.24", why: "to build the engines" },
  python3: {
    ask: ["-c", "import ensurepip, platform, venv; print(platform.python_version())"],
    atLeast: "3.10",
    why: "with its venv module, for the AWS emulator",
  },
} as const;

/** A program that this machine must bring along. */
export type Requirement = keyof typeof needed;

const OLDEST_NODE = "20.0.0";

/** Throws, with one line that names everything missing, unless this machine has what is needed. */
export async function demand(requirements: readonly Requirement[]): Promise<void> {
  const missing: string[] = [];
  if (!isAtLeast(process.versions.node, OLDEST_NODE))
    missing.push(`node ${OLDEST_NODE} or newer (this is ${process.versions.node})`);
  for (const name of requirements) {
    const { ask, atLeast, why } = needed[name];
    const version = await versionOf(name, ask);
    const seen = version === undefined ? "none that runs is on PATH" : `PATH has ${version}`;
    if (version === undefined || !isAtLeast(version, atLeast))
      missing.push(`${name} ${atLeast} or newer ${why} (${seen})`);
  }
  if (missing.length > 0) throw new Error(`missing on this machine: ${missing.join("; ")}`);
}
