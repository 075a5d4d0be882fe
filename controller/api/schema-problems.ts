import { parseQuantity } from "./quantity";
import { meantBy } from "./spelling";

/**
 * Structural schemas as CustomResourceDefinitions write them. Rules in CEL, and formats other than `quantity` (ours: a
 * quantity that is not negative, as text or number), are left to the API server.
 */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

export interface SchemaProblem {
  /** `spec.template.spec.requirements[0].key` */
  readonly path: string;
  /** What would be right. */
  readonly reason: string;
}

interface Place {
  /** Of the value in its object. */
  readonly path: string;
  /** Whether a value is not known yet, and so is not checked. */
  readonly isLater?: (value: unknown) => boolean;
}

/** What is wrong with a value, as the API server would find it; empty when all is well. */
export function schemaProblems(value: unknown, schema: Schema, place: Place): readonly SchemaProblem[] {
  const inspection = new Inspection(place);
  inspection.look(value, schema, undefined);
  return inspection.problems;
}

/** A step into a value, and those before it. Written out only where there is a problem, since most fields have none. */
interface Trail {
  readonly before: Trail | undefined;
  readonly step: string | number;
}

function written(trail: Trail | undefined, root: string): string {
  if (trail === undefined) return root;
  const before = written(trail.before, root);
  if (typeof trail.step === "number") return `${before}[${trail.step}]`;
  if (!/^[A-Za-z]\w*$/.test(trail.step)) return `${before}["${trail.step}"]`;
  return before === "" ? trail.step : `${before}.${trail.step}`;
}

class Inspection {
  readonly problems: SchemaProblem[] = [];
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  look(value: unknown, schema: Schema, trail: Trail | undefined): void {
    if (this.#place.isLater?.(value) === true) return;
    const wrong = isQuantity(schema)
      ? problemWithQuantity(value)
      : (wrongType(value, schema) ?? outOfBounds(value, schema));
    if (wrong !== undefined) this.#report(trail, wrong);
    else if (Array.isArray(value)) this.#lookAtItems(value, schema, trail);
    else if (isObject(value)) this.#lookAtFields(value, schema, trail);
  }

  #lookAtItems(value: readonly unknown[], { items }: Schema, before: Trail | undefined): void {
    if (items === undefined) return;
    for (const [step, item] of value.entries()) this.look(item, items, { before, step });
  }

  #lookAtFields(value: Readonly<Record<string, unknown>>, schema: Schema, before: Trail | undefined): void {
    for (const name of missingFrom(value, schema)) this.#report({ before, step: name }, "is required");
    for (const name of Object.keys(value)) {
      const item = value[name];
      if (item === undefined) continue;
      const known = schemaOf(name, schema);
      const wrong = known === undefined ? problemWithName(name, schema) : undefined;
      if (wrong !== undefined) this.#report({ before, step: name }, wrong);
      if (known !== undefined) this.look(item, known, { before, step: name });
    }
  }

  #report(trail: Trail | undefined, reason: string): void {
    this.problems.push({ path: written(trail, this.#place.path), reason });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Required fields that are not there, and have no default. */
const missingFrom = (
  value: Readonly<Record<string, unknown>>,
  { required = [], properties }: Schema,
): readonly string[] =>
  required.filter((name) => value[name] === undefined && properties?.[name]?.default === undefined);

/** The schema of a field, as far as it has one. */
const schemaOf = (name: string, { properties, additionalProperties }: Schema): Schema | undefined =>
  properties?.[name] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);

/** Whether fields may stand in an object that its schema does not know. */
const isOpen = (schema: Schema): boolean =>
  schema.properties === undefined ||
  schema.additionalProperties === true ||
  schema["x-kubernetes-preserve-unknown-fields"] === true;

const strangers = new WeakMap<Schema, Map<string, string | undefined>>();

/**
 * What is wrong with a field that its schema does not know. Where any field may stand, one is only wrong
 * when it looks like one that was meant otherwise. Objects of one kind have much the same unknown fields, so
 * each name is looked at once.
 */
function problemWithName(name: string, schema: Schema): string | undefined {
  const seen = strangers.get(schema) ?? new Map<string, string | undefined>();
  strangers.set(schema, seen);
  if (!seen.has(name)) seen.set(name, whyStrange(name, schema));
  return seen.get(name);
}

function whyStrange(name: string, schema: Schema): string | undefined {
  if (schema.additionalProperties === true) return undefined;
  const known = Object.keys(schema.properties ?? {});
  const meant = meantBy(name, known);
  if (meant !== undefined) return `is unknown; did you mean ${meant}?`;
  return isOpen(schema) ? undefined : `is unknown; known are ${known.join(", ")}`;
}

/** As CustomResourceDefinitions have it, a quantity is a string or an integer of this pattern. */
export const isQuantity = (schema: Schema): boolean =>
  schema.format === "quantity" ||
  (schema["x-kubernetes-int-or-string"] === true && schema.pattern?.includes("[numkMGTPE]") === true);

function problemWithQuantity(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return "must be a quantity such as 500m, 2 or 4Gi";
  try {
    return parseQuantity(String(value)).nanos < 0n ? `must not be negative, as ${value} is` : undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
};

function wrongType(value: unknown, schema: Schema): string | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || Number.isInteger(value) ? undefined : "must be a string or an integer";
  }
  const check = schema.type === undefined ? undefined : fits[schema.type];
  if (check === undefined || check(value)) return undefined;
  const isBare = schema.type === "string" && ["number", "boolean"].includes(typeof value);
  return `must be of type ${schema.type ?? ""}${isBare ? `: put ${String(value)} in quotes` : ""}`;
}

function outOfBounds(value: unknown, schema: Schema): string | undefined {
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return `must be one of ${schema.enum.join(", ")}, not ${JSON.stringify(value)}`;
  if (typeof value === "string") return outOfText(value, schema);
  if (typeof value === "number") return outside(value, { least: schema.minimum, most: schema.maximum });
  if (Array.isArray(value))
    return outside(value.length, { least: schema.minItems, most: schema.maxItems, of: "items" });
  return undefined;
}

function outOfText(value: string, schema: Schema): string | undefined {
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    return `"${value}" must match ${schema.pattern}`;
  }
  return outside(value.length, { least: schema.minLength, most: schema.maxLength, of: "letters" });
}

interface Bounds {
  readonly least: number | undefined;
  readonly most: number | undefined;
  readonly of?: string;
}

function outside(amount: number, { least, most, of = "" }: Bounds): string | undefined {
  const unit = of === "" ? "" : ` ${of}`;
  if (least !== undefined && amount < least) return `must be at least ${least}${unit}, not ${amount}`;
  if (most !== undefined && amount > most) return `must be at most ${most}${unit}, not ${amount}`;
  return undefined;
}
