import { Command, InvalidArgumentError, Option } from "commander";
import { type Format, formats } from "./report/formats";

export interface Options {
  /** Beginnings of names. */
  readonly scenario: readonly string[];
  readonly size: readonly number[];
  readonly repeat: number;
  readonly peer: boolean;
  readonly peerLimit: number;
  readonly output: Format;
  /** A file for the picture. */
  readonly chart?: string;
  readonly list: boolean;
}

const gather = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(",")];

function count(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError("It has to be a whole number above 0.");
  return Number(value);
}

const gatherCounts = (value: string, before: readonly number[]): readonly number[] => [
  ...before,
  ...value.split(",").map(count),
];

/** The command line of the benchmark. */
export const commandLine = (): Command =>
  new Command("bench")
    .description("Plans the same pods with our scheduler and with the peer's, and compares time, price and memory.")
    .option("--scenario <names>", "only scenarios whose name begins so, separated by commas", gather, [])
    .option(
      "--size <pods>",
      "these numbers of pods instead of the scenarios' own, separated by commas",
      gatherCounts,
      [],
    )
    .option(
      "--repeat <times>",
      "how often ours solves each, after the rehearsal that the controller's planner begins with; the table has the first time and the median",
      count,
      15,
    )
    .option("--no-peer", "ours alone")
    .option("--peer-limit <seconds>", "how long to wait for the peer on each", count, 600)
    .addOption(new Option("--output <format>", "how to print the result").choices(formats).default("table"))
    .option("--chart <file>", "draw time and price into this SVG file as well")
    .option("--list", "say which scenarios there are, and stop", false)
    .allowExcessArguments(false)
    .showSuggestionAfterError();
