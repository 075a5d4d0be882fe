import { Command, Option } from "commander";
import { shown } from "./contract/parsers";
import { flagOf, type Setting, type Settings, settings } from "./contract/settings";

/** What is wrong with the settings, all of it. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line gives: by the flag's name in camelCase; true for a flag without a value. */
export type Flags = Readonly<Record<string, string | true | undefined>>;

const table: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);

/** The command line: one flag per setting, `--help` with what each means, `--version`. */
export function commandLine(version: string): Command {
  const command = new Command("karpenter")
    .description("Makes nodes for pods that fit nowhere, and removes nodes that nobody needs.")
    .version(version)
    .allowExcessArguments(false)
    .showSuggestionAfterError()
    .addHelpText("after", ambientHelp);
  for (const [, setting] of table) if (setting.ambient !== true) command.addOption(optionOf(setting));
  return command;
}

/** As in Go, a boolean flag alone means true; everything else wants a value. */
function optionOf(setting: Setting<unknown>): Option {
  const isBoolean = setting.fallback === "true" || setting.fallback === "false";
  return new Option(`--${flagOf(setting)} ${isBoolean ? "[bool]" : "<value>"}`, describe(setting));
}

const describe = ({ doc, env, fallback }: Setting<unknown>): string =>
  `${doc} (${env}, ${fallback === undefined ? "required" : `default ${JSON.stringify(fallback)}`})`;

const ambientHelp = (): string =>
  [
    "",
    "From the environment only:",
    ...table.flatMap(([, setting]) => (setting.ambient ? [`  ${describe(setting)}`] : [])),
  ].join("\n");

/**
 * Reads every setting once: the flag if given, else the environment variable, else the default. An empty variable
 * counts as not given. Throws a SettingsError with everything that is wrong.
 */
export function readSettings(flags: Flags, environment: Environment): Settings {
  const problems: string[] = [];
  const read = table.map(([name, setting]) => {
    try {
      return [name, valueOf(setting, flags, environment)];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(error.message);
      return [name, undefined];
    }
  });
  if (problems.length > 0) throw new SettingsError(problems);
  // Each value came out of its own row's parser, which is how Settings is defined.
  return Object.freeze(Object.fromEntries(read)) as Settings;
}

/** Flags as commander keeps them: by the flag's name in camelCase. */
const camelCase = (flag: string): string => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function valueOf(setting: Setting<unknown>, flags: Flags, environment: Environment): unknown {
  const fromFlag = setting.ambient === true ? undefined : flags[camelCase(flagOf(setting))];
  const fromEnvironment = environment[setting.env] === "" ? undefined : environment[setting.env];
  const given = fromFlag?.toString() ?? fromEnvironment ?? setting.fallback;
  if (given === undefined) throw new RangeError(`${whereFrom(setting)} is not set: ${setting.doc}`);
  try {
    return setting.parse(given);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const source = fromFlag === undefined ? setting.env : `--${flagOf(setting)}`;
    throw new RangeError(`${source}=${shown(given)} is not ${error.message}`, { cause: error });
  }
}

const whereFrom = (setting: Setting<unknown>): string =>
  setting.ambient === true ? setting.env : `${setting.env} (--${flagOf(setting)})`;
