import Table from "cli-table3";

/** Prints the demo: what it does, what changes while it does it, and tables where people would rather look. */
export interface Narrator {
  /** A new chapter, numbered. */
  readonly chapter: (title: string) => void;
  /** One line, with the time since the start. */
  readonly say: (text: string) => void;
  /** A line that is repeated only when it changed. */
  readonly progress: (text: string) => void;
  readonly table: (head: readonly string[], rows: readonly (readonly string[])[]) => void;
}

const BORDERLESS = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{
    "bottom-right": "",
    left: "         ",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
};

export function narrator(write: (line: string) => void, now: () => number): Narrator {
  const startedAt = now();
  let chapters = 0;
  let last = "";
  const say = (text: string): void => {
    write(`${((now() - startedAt) / 1000).toFixed(0).padStart(5)}s   ${text}`);
  };
  return {
    say,
    chapter(title) {
      chapters += 1;
      write(`\n── ${chapters} · ${title}`);
    },
    progress(text) {
      if (text !== last) say(text);
      last = text;
    },
    table(head, rows) {
      const style = { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 };
      const table = new Table({ head: head.map((name) => name.toUpperCase()), chars: BORDERLESS, style });
      table.push(...rows.map((row) => [...row]));
      if (rows.length > 0) write(table.toString());
    },
  };
}
