/** What users set about rules, in the form that Pulumi's `--policy-pack-config` has. */
import { type Schema, schemaProblems, type SchemaProblem } from "../controller/api/schema-problems";
import { meantBy } from "../controller/api/spelling";
import { type AnyConfig, configOf, type Option, type Rule } from "./rule";

const levels = ["mandatory", "advisory", "remediate", "disabled"] as const;

/** How strict a rule is: refuses, warns, mends what it can and refuses the rest, or is not there. */
export type Level = (typeof levels)[number];

/** A rule's level, its options, or both. */
export type RuleSetting = Level | { readonly enforcementLevel?: Level; readonly [option: string]: unknown };

/** By the rule's name; `all` gives the level of rules that say none themselves. */
export interface RuleSettings {
  readonly all?: Level | { readonly enforcementLevel: Level };
  readonly [rule: string]: RuleSetting | undefined;
}

export type AnyRule = Pick<Rule<never, AnyConfig>, "name" | "options" | "level">;

export const levelOf = (rule: AnyRule, settings: RuleSettings): Level =>
  levelIn(settings[rule.name]) ?? levelIn(settings.all) ?? rule.level;

const levelIn = (setting: RuleSetting | undefined): Level | undefined =>
  typeof setting === "object" ? setting.enforcementLevel : setting;

export function configIn<Config extends object>(
  rule: Pick<Rule<never, Config>, "name" | "options">,
  settings: RuleSettings,
): Config {
  const setting = settings[rule.name];
  // Checked against the options' schemas by `settingsProblems`, or by the engine.
  return configOf<Config>(rule, typeof setting === "object" ? (setting as Partial<Config>) : {});
}

/** What Pulumi would refuse in them: rules and options that there are not, and values of another kind. */
export function settingsProblems(
  settings: RuleSettings,
  rules: readonly AnyRule[],
  path: string,
): readonly SchemaProblem[] {
  const known = new Map(rules.map((rule) => [rule.name, rule]));
  return Object.entries(settings).flatMap(([name, setting]) => {
    const at = `${path}["${name}"]`;
    const options = name === "all" ? {} : known.get(name)?.options;
    if (options === undefined) return [{ path: at, reason: noSuchRule(name, [...known.keys()]) }];
    if (typeof setting !== "object") return schemaProblems(setting, levelSchema, { path: at });
    return schemaProblems(setting, settingSchema(options), { path: at });
  });
}

function noSuchRule(name: string, known: readonly string[]): string {
  const meant = meantBy(name, known);
  return meant === undefined ? `is no rule; there are ${known.join(", ")}` : `is no rule; did you mean "${meant}"?`;
}

const levelSchema: Schema = { type: "string", enum: levels };

const settingSchema = (options: Readonly<Record<string, Option<unknown>>>): Schema => ({
  type: "object",
  properties: {
    enforcementLevel: levelSchema,
    ...Object.fromEntries(Object.entries(options).map(([name, { schema }]) => [name, schema])),
  },
});
