/** Names that the program leaves to the provider. */
import { autoName, unknown } from "../provider";
import type { Properties, Subject } from "../provider";

export interface NamedProperty {
  /** `name`, `nodeGroupName`…; what `namePrefix`, `nodeGroupNamePrefix`… asks for. */
  readonly property: string;
  readonly maximum: number;
}

/** The name of last time while what decides it has not changed, else a new one, so that a replacement can overlap. */
export function nameFor(
  subject: Subject,
  named: NamedProperty,
  inputs: { olds: Properties; news: Properties },
): string {
  const { property, maximum } = named;
  const given = inputs.news[`${property}Prefix`];
  if (given === unknown) return unknown;
  const prefix = typeof given === "string" ? given : `${subject.name.slice(0, maximum - 8)}-`;
  const kept = inputs.olds[property];
  if (typeof kept === "string" && kept.startsWith(prefix)) return kept;
  return typeof given === "string" ? `${prefix}${autoName("", 8).slice(1)}` : autoName(subject.name, maximum);
}

/** Whether the provider made this name up, so that a replacement may take another. */
export function isGenerated(subject: Subject, property: string, inputs: Properties): boolean {
  const name = inputs[property];
  if (inputs[`${property}Prefix`] !== undefined || typeof name !== "string") return true;
  return /-[0-9a-f]{7}$/.test(name) && subject.name.startsWith(name.slice(0, -8));
}
