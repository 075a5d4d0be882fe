import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Narrator } from "./narrator";

/** What the demo repeats of the controller's log, and which fields of those lines. */
const worthTelling: Readonly<Partial<Record<string, readonly string[]>>> = {
  "found provisionable pod(s)": ["pod-count"],
  "computed new nodeclaim(s) to fit pod(s)": ["nodeclaims", "pods"],
  "created nodeclaim": ["NodePool", "NodeClaim"],
  "discovered ami": ["nodeClass", "id", "name"],
  "created launch template": ["name"],
  "launched nodeclaim": ["NodeClaim", "instance-type", "zone", "capacity-type"],
  "initialized nodeclaim": ["Node"],
  "disrupting node(s)": ["reason", "disrupted-node-count"],
  "initiating delete from interruption message": ["NodeClaim", "messageKind"],
  "tainted node": ["Node"],
  "deleted node": ["Node"],
};

/** Follows the logs of the controller's pods in a sandbox's folder; each call tells the lines that came since. */
export function controllerLog(directory: string, { say }: Narrator): () => Promise<void> {
  const told = new Map<string, number>();
  return async () => {
    const logs = join(directory, "logs");
    for (const file of (await readdir(logs)).filter((name) => name.startsWith("pod-") && name.includes("karpenter"))) {
      const lines = (await readFile(join(logs, file), "utf8")).split("\n");
      for (const line of lines.slice(told.get(file) ?? 0, -1)) tell(line);
      told.set(file, lines.length - 1);
    }
  };

  function tell(line: string): void {
    const entry = parsed(line);
    const message = String(entry["message"]);
    const fields = worthTelling[message];
    if (fields === undefined && entry["level"] !== "ERROR") return;
    const shown = (fields ?? ["error"]).flatMap((field) => (entry[field] === undefined ? [] : [text(entry[field])]));
    say(`  controller: ${message} ${shown.join(" ")}`.trimEnd());
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    // Not ours: Node itself speaks plain text when it warns.
    return { level: "DEBUG", message: line };
  }
}
