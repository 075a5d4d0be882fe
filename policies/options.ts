/** Kinds of options that rules have. */
import type { Option } from "./rule";

export const texts = (description: string, fallback: readonly string[]): Option<readonly string[]> => ({
  description,
  schema: { type: "array", items: { type: "string" } },
  fallback,
});

export const text = (description: string, fallback: string): Option<string> => ({
  description,
  schema: { type: "string" },
  fallback,
});

export const count = (description: string, fallback: number): Option<number> => ({
  description,
  schema: { type: "integer", minimum: 0 },
  fallback,
});

export const textByName = (
  description: string,
  fallback: Readonly<Record<string, string>>,
): Option<Readonly<Record<string, string>>> => ({
  description,
  schema: { type: "object", additionalProperties: { type: "string" } },
  fallback,
});
