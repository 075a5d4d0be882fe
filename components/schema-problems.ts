/**
 * Checks a value against the structural schema of a CustomResourceDefinition, as the API server will: so that a typing
 * error shows at preview. Rules in CEL and formats are left to the server.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./problem";

export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

export function schemaProblems(value: unknown, schema: Schema, path: string): readonly Problem[] {
  // What will only be known later is checked later, by the API server.
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return [];
  const shape = wrongType(value, schema) ?? outOfBounds(value, schema);
  if (shape !== undefined) return [{ path, reason: shape }];
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.flatMap((item, index) => schemaProblems(item, items, `${path}[${index}]`));
  }
  return isObject(value) ? objectProblems(value, schema, path) : [];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectProblems(value: Readonly<Record<string, unknown>>, schema: Schema, path: string): readonly Problem[] {
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  const missing = (schema.required ?? []).filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => ({ path: `${path}.${name}`, reason: "is required" })),
    ...present.flatMap(([name, item]) => {
      const known = schemaOf(name, schema);
      if (known === undefined) return [{ path: `${path}.${name}`, reason: `is unknown; known are ${fields(schema)}` }];
      return known === "anything" ? [] : schemaProblems(item, known, `${path}.${name}`);
    }),
  ];
}

function schemaOf(name: string, schema: Schema): Schema | "anything" | undefined {
  const property = schema.properties?.[name];
  if (property !== undefined) return property;
  if (typeof schema.additionalProperties === "object") return schema.additionalProperties;
  const open = schema.properties === undefined || schema["x-kubernetes-preserve-unknown-fields"] === true;
  return open || schema.additionalProperties === true ? "anything" : undefined;
}

const fields = (schema: Schema): string => Object.keys(schema.properties ?? {}).join(", ");

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
  return check === undefined || check(value) ? undefined : `must be of type ${schema.type ?? ""}`;
}

function outOfBounds(value: unknown, schema: Schema): string | undefined {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return `must be one of ${schema.enum.join(", ")}`;
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
  if (least !== undefined && amount < least) return `must be at least ${least} ${of}`.trimEnd();
  if (most !== undefined && amount > most) return `must be at most ${most} ${of}`.trimEnd();
  return undefined;
}
