import { Command, CommanderError } from "commander";
import packageJson from "../package.json";
import { BadInput } from "../catalog/bad-input";
import { addInstanceTypes } from "./instance-types";
import { addSimulate } from "./simulate";
import { type Terminal, terminalOf } from "./terminal";

const BAD_INPUT = 2;

/** Runs one command line, program name not included. Answers the exit code: 0, or 2 for bad input. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander has said what is wrong by now; its code is 0 where help or the version was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_INPUT;
    if (!(error instanceof BadInput)) throw error;
    terminal.err(`error: ${error.message}\n`);
    return BAD_INPUT;
  }
}

function program(terminal: Terminal): Command {
  const command = new Command("pulumi-karpenter")
    .description("What pulumi-karpenter's controller would do, without a cluster and without an account.")
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // One line, hints included.
      outputError: (text, write) => {
        write(`${text.trim().replaceAll("\n", " ")}\n`);
      },
    });
  addSimulate(command, terminal);
  addInstanceTypes(command, terminal);
  return command;
}

/** Runs the command line of this process and leaves it its exit code. */
export function start(process: NodeJS.Process): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader, such as `head`, has seen enough.
    if (error.code !== "EPIPE") throw error;
  });
  run(process.argv.slice(2), terminalOf(process)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
