import Table from "cli-table3";
import { styled, type Terminal } from "./terminal";

interface Column {
  readonly title: string;
  /** Numbers stand on the right. @default left */
  readonly align?: "left" | "right";
}

export const right = (title: string): Column => ({ title, align: "right" });
export const left = (title: string): Column => ({ title });

/** Rows under their titles, without lines between them. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], terminal: Terminal): string {
  const drawn = new Table({
    head: columns.map(({ title }) => styled(terminal, "dim", title)),
    colAligns: columns.map(({ align = "left" }) => align),
    // No colors of its own.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: without,
  });
  drawn.push(...rows.map((row) => [...row]));
  const lines = drawn.toString().split("\n");
  return lines.map((line) => `  ${line.trimEnd()}\n`).join("");
}

/** A line between columns would be a character for each of these. */
const without = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
};
