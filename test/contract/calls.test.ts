import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { calls, unused } from "#controller/contract/calls";
import { controllerPolicies } from "#controller/contract/permissions";
import { permissions, permissionsPage } from "../../tools/permissions";

/** Where, and only where, the controller speaks to AWS: .dependency-cruiser.cjs sees to that. */
const doors = join(__dirname, "../../controller/providers");

/** Operation → service, as the code that makes the requests has them. */
async function made(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const file of (await readdir(doors)).filter((name) => name.endsWith("-api.ts"))) {
    const source = await readFile(join(doors, file), "utf8");
    const service = /from "@aws-sdk\/client-([\w-]+)"/.exec(source)?.[1] ?? "";
    for (const [, command, page] of source.matchAll(/\bnew (\w+)Command\(|\bpaginate(\w+)\(/g)) {
      found.set(command ?? page ?? "", service);
    }
  }
  return found;
}

const allowed = new Set(
  Object.values(controllerPolicies)
    .flatMap((statements) =>
      statements({
        partition: "aws",
        region: "us-west-2",
        account: "111122223333",
        cluster: "demo",
        nodeRoleArn: "arn:aws:iam::111122223333:role/nodes",
        queueArn: "arn:aws:sqs:us-west-2:111122223333:demo",
      }),
    )
    .flatMap(({ actions }) => actions),
);
const taken = new Set<string>(Object.values(calls).flat());

describe("the controller's calls", () => {
  it("are all in the table, and the table has no others", async () => {
    assert.deepEqual([...(await made()).keys()].sort(), Object.keys(calls).sort());
  });

  it("are each an action of the same name first", async () => {
    const services = await made();
    for (const [operation, [action]] of Object.entries(calls)) {
      assert.equal(action, `${services.get(operation) ?? ""}:${operation}`);
    }
  });

  it("are allowed by a statement, each action of them", () => {
    assert.deepEqual(
      [...taken].filter((action) => !allowed.has(action)),
      [],
    );
  });

  it("are all that statements allow, but for what is listed with a reason", () => {
    assert.deepEqual([...allowed].filter((action) => !taken.has(action)).sort(), Object.keys(unused).sort());
  });

  it("are written down in docs/permissions.md with the policies", async () => {
    assert.equal(await readFile(permissionsPage, "utf8"), permissions(), "out of date: run npm run permissions");
  });
});
