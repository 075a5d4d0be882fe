import * as pulumi from "@pulumi/pulumi";

/** Something wrong with an input. */
export interface Problem {
  /** `spec.template.spec.requirements[0].key` */
  readonly path: string;
  /** What would be right. */
  readonly reason: string;
}

/** @throws pulumi.InputPropertiesError that lists all problems, where there are any */
export function refuse(subject: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: [`${subject} is not valid`, ...problems.map(({ path, reason }) => `${path}: ${reason}`)].join("\n  "),
    errors: problems.map(({ path, reason }) => ({ propertyPath: path, reason })),
  });
}
