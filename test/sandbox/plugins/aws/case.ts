import type { Properties } from "#sandbox/plugins/provider";
import type { TestAccount } from "../../aws/account";
import type { Program } from "./program";

/** One resource type: what to make of it, and what to change in place, if anything can be. */
export interface Case {
  readonly inputs: (world: World) => Promise<Properties> | Properties;
  readonly change?: Properties;
  /** Name of an output that AWS gives and nobody else can. */
  readonly output: string;
}

export interface World extends Pick<TestAccount, "aws" | "seed"> {
  readonly program: Program;
}

export const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

export const tags = { team: "a", stage: "test" };
export const otherTags = { team: "b", extra: "1" };

export const made = async ({ program }: World, type: string, inputs: Properties): Promise<string> =>
  (await program.make(type, inputs, "needed")).id;
