import type { BootInstructions, BootTaint } from "./boot-instructions";

/**
 * The part of the instructions that kubelet takes as flags.
 * https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/
 */
export type KubeletSettings = Pick<
  BootInstructions,
  "labels" | "taints" | "maxPods" | "kubeReserved" | "systemReserved" | "evictionHard"
>;

/** Reads `--node-labels=a=b,c=d --max-pods=29 …`. A flag given twice counts once, the last time. */
export function readKubeletFlags(flags: readonly string[]): KubeletSettings {
  const given = new Map(flags.map(flagOf));
  const maxPods = given.get("max-pods");
  return {
    labels: pairs(given.get("node-labels"), "="),
    taints: (given.get("register-with-taints") ?? "").split(",").filter(Boolean).map(taintOf),
    maxPods: maxPods === undefined ? undefined : Number(maxPods),
    kubeReserved: pairs(given.get("kube-reserved"), "="),
    systemReserved: pairs(given.get("system-reserved"), "="),
    evictionHard: pairs(given.get("eviction-hard"), "<"),
  };
}

/** Splits a command line as a shell does, as far as quotes and line continuations go. */
export function shellWords(text: string): string[] {
  const words = text.replaceAll("\\\n", " ").match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** `key=value:Effect`, `key:Effect` or `key=:Effect`. */
export function taintOf(text: string): BootTaint {
  const [, key = "", value = "", effect = ""] = /^([^=:]+)=?([^:]*):(.+)$/.exec(text) ?? [];
  return value === "" ? { key, effect } : { key, value, effect };
}

function flagOf(flag: string): [string, string] {
  const [, name = "", value = ""] = /^--?([^=]+)=?(.*)$/s.exec(flag) ?? [];
  return [name, value.replace(/^["']|["']$/g, "")];
}

const pairs = (text: string | undefined, separator: string): Record<string, string> =>
  Object.fromEntries(
    (text ?? "")
      .split(",")
      .filter(Boolean)
      .map((pair) => {
        const at = pair.indexOf(separator);
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );
