import { styleText } from "node:util";

/** Where a command writes, and how. */
export interface Terminal {
  /** Results; what a program reads. */
  readonly out: (text: string) => void;
  /** What went wrong. */
  readonly err: (text: string) => void;
  /** Letters in a line. */
  readonly columns: number;
  readonly colors: boolean;
}

const NARROWEST = 60;
const WITHOUT_TERMINAL = 120;

/** Colors are for people who look at a terminal and did not ask for none (https://no-color.org). */
export const terminalOf = ({ stdout, stderr, env }: NodeJS.Process): Terminal => ({
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  columns: stdout.isTTY ? Math.max(NARROWEST, stdout.columns) : WITHOUT_TERMINAL,
  colors: stdout.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
});

export type Style = "bold" | "dim" | "red" | "green";

export const styled = ({ colors }: Pick<Terminal, "colors">, style: Style, text: string): string =>
  colors ? styleText(style, text, { validateStream: false }) : text;
