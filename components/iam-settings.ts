/** What an organisation may ask of everything that is made in IAM. */
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./problem";

export interface IamSettings {
  /** ARN of the policy that roles may not exceed. @default none */
  readonly permissionsBoundary?: pulumi.Input<string>;
  /** Of roles, policies and profiles, such as `/platform/`. Another path is another role. @default / */
  readonly path?: string;
}

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const isPath = (path: string): boolean => path.length <= 512 && /^\/([!-~]+\/)?$/.test(path);
const isPolicyArn = (arn: string): boolean => /^arn:[\w-]+:iam::(\d{12}|aws):policy\/./.test(arn);

export function iamSettingsProblems({ permissionsBoundary, path }: IamSettings, at: string): readonly Problem[] {
  const problem = (field: string, reason: string, is: boolean): readonly Problem[] =>
    is ? [{ path: `${at}.${field}`, reason }] : [];
  return [
    ...problem("path", "must begin and end with a slash, as /platform/ does", path !== undefined && !isPath(path)),
    ...problem(
      "permissionsBoundary",
      "must be the ARN of a policy",
      // What is not known yet, AWS will judge.
      typeof permissionsBoundary === "string" && !isPolicyArn(permissionsBoundary),
    ),
  ];
}

/** A role's ARN as aws-auth wants it, which knows no paths. */
export const withoutPath = (roleArn: string): string => roleArn.replace(/:role\/.*\//, ":role/");
