import * as pulumi from "@pulumi/pulumi";

/** Something wrong with an input. */
export interface Problem {
  /** `spec.template.spec.requirements[0].key` */
  readonly path: string;
  /** What would be right. */
  readonly reason: string;
}

/** The problem, if it is one. */
export const problem = (path: string, reason: string, is: boolean): readonly Problem[] =>
  is ? [{ path, reason }] : [];

/** Fields of an object that nobody reads: a misspelt one is refused rather than passed over. */
export const unknownFields = (given: object, known: readonly string[], prefix = ""): readonly Problem[] =>
  Object.keys(given).flatMap((field) =>
    problem(`${prefix}${field}`, `is unknown; known are ${known.join(", ")}`, !known.includes(field)),
  );

/** @throws pulumi.InputPropertiesError that lists all problems, where there are any */
export function refuse(subject: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: [`${subject} is not valid`, ...problems.map(({ path, reason }) => `${path}: ${reason}`)].join("\n  "),
    errors: problems.map(({ path, reason }) => ({ propertyPath: path, reason })),
  });
}

/** Says what is no error but will be regretted, beside the resource. */
export function remark(remarks: readonly Problem[], resource: pulumi.Resource): void {
  // Nobody waits for the engine to show it.
  for (const { path, reason } of remarks) void pulumi.log.warn(`${path}: ${reason}`, resource);
}
