import { isQuantity, type Schema } from "../controller/api/schema-problems";

/**
 * A value as the API server would hand it out: fields that are null are not there, and quantities that were written as
 * numbers are text. What the schema does not know stays as it is.
 */
export function asWritten(value: unknown, schema: Schema): unknown {
  if (typeof value === "number") return isQuantity(schema) ? String(value) : value;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => asWritten(item, items));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, asWritten(item, schemaOf(name, schema))]),
  );
}

function schemaOf(name: string, { properties, additionalProperties }: Schema): Schema {
  return properties?.[name] ?? (typeof additionalProperties === "object" ? additionalProperties : {});
}
