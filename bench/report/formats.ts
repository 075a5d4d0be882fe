import Table from "cli-table3";
import type { Row } from "../measure/outcome";
import { columns } from "./columns";
import { describeVerdicts, type Measured, verdictsOn } from "./goals";
import { describeMachine, type Machine } from "./machine";
import { describePasses } from "./passes";

export interface Report extends Measured {
  readonly machine: Machine;
}

export const formats = ["table", "markdown", "json"] as const;
export type Format = (typeof formats)[number];

/** The whole report as text. */
export const write: Readonly<Record<Format, (report: Report) => string>> = {
  table: (report) => framed(report, asTable(report.rows)),
  markdown: (report) => framed(report, asMarkdown(report.rows)),
  json: (report) => JSON.stringify({ ...report, goals: verdictsOn(report) }, undefined, 2),
};

const framed = (report: Report, table: string): string =>
  [describeMachine(report.machine), table, describePasses(report.passes), describeVerdicts(verdictsOn(report))]
    .filter((part) => part !== "")
    .join("\n\n");

/** The first column is words, the others are numbers. */
const alignments = columns.map((_, index) => (index === 0 ? "left" : "right"));

function asTable(rows: readonly Row[]): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: alignments,
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => columns.map(({ cell }) => cell(row))));
  return table.toString();
}

function asMarkdown(rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    alignments.map((side) => (side === "left" ? "---" : "---:")),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
