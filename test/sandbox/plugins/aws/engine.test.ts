import assert from "node:assert/strict";
import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { DeleteQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import type { OpMap, Stack } from "@pulumi/pulumi/automation";
import { listAccount, type Listing, listingChanges } from "#sandbox/aws/listing/listing";
import { testAccount, type TestAccount } from "../../aws/account";
import { Engine } from "./engine";

const trust = (service: string): aws.iam.PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
});

interface Wanted {
  readonly retention?: number;
  readonly path?: string;
}

/** A role that may send to a queue. */
const program =
  ({ retention = 300, path = "/" }: Wanted = {}) =>
  (): Promise<Record<string, unknown>> => {
    const role = new aws.iam.Role("role", { assumeRolePolicy: trust("ec2.amazonaws.com"), path, tags: { team: "a" } });
    const queue = new aws.sqs.Queue("queue", { messageRetentionSeconds: retention });
    new aws.iam.RolePolicy("policy", {
      role,
      policy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: queue.arn }],
      },
    });
    const identity = aws.getCallerIdentityOutput();
    return Promise.resolve({ account: identity.accountId, role: role.name, arn: role.arn, url: queue.url });
  };

describe("the aws plugin under the real engine", function () {
  this.timeout(180_000);
  let account: TestAccount;
  let engine: Engine;
  let found: Listing;
  before(async () => {
    account = await testAccount();
    engine = await Engine.start(account);
    found = await listAccount(account.aws);
  });
  after(async () => {
    await engine.stop();
    await account.stop();
  });

  const left = async (): Promise<string[]> => listingChanges(found, await listAccount(account.aws));
  const output = async (stack: Stack, name: string): Promise<string> => String((await stack.outputs())[name]?.value);
  const changed = async (run: Promise<{ summary: { resourceChanges?: OpMap } }>): Promise<OpMap> => {
    const counts = Object.entries((await run).summary.resourceChanges ?? {});
    return Object.fromEntries(counts.filter(([kind]) => kind !== "same"));
  };

  it("makes nothing in a preview", async () => {
    const stack = await engine.stack(program());
    const { changeSummary } = await stack.preview();
    assert.equal(changeSummary.create, 4);
    assert.deepEqual(await left(), []);
  });

  it("goes up, sees no drift, goes up again without change, and leaves nothing when it is destroyed", async () => {
    const stack = await engine.stack(program());
    await stack.up();
    assert.equal(await output(stack, "account"), account.aws.accountId);
    assert.match(await output(stack, "role"), /^role-[0-9a-f]{7}$/);

    assert.deepEqual(await changed(stack.refresh()), {});
    assert.deepEqual(await changed(stack.up()), {});
    await stack.destroy();
    assert.deepEqual(await left(), []);
  });

  it("sees what was changed or deleted behind its back, and brings it back", async () => {
    const { iam, sqs } = account.aws.clients;
    const stack = await engine.stack(program());
    await stack.up();
    await sqs.send(new DeleteQueueCommand({ QueueUrl: await output(stack, "url") }));
    const PolicyDocument = JSON.stringify(trust("lambda.amazonaws.com"));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: await output(stack, "role"), PolicyDocument }));

    assert.deepEqual(await changed(stack.refresh()), { delete: 1, update: 1 });
    const repaired = await changed(stack.up());
    assert.equal(repaired.create, 1, "the queue");
    assert.ok((repaired.update ?? 0) >= 1, "the role, and the policy that names the queue");
    assert.equal((await sqs.send(new ListQueuesCommand({}))).QueueUrls?.length, 1);
    await stack.destroy();
    assert.deepEqual(await left(), []);
  });

  it("updates in place what can be, and replaces what cannot, the new before the old", async () => {
    const stack = await engine.stack(program());
    await stack.up();
    stack.workspace.program = program({ retention: 600 });
    assert.deepEqual(await changed(stack.up()), { update: 1 });

    const old = await output(stack, "arn");
    stack.workspace.program = program({ retention: 600, path: "/team/" });
    assert.equal((await changed(stack.up())).replace, 2, "the role, and the policy in it");
    const replaced = await output(stack, "arn");
    assert.notEqual(replaced, old);
    assert.match(replaced, /:role\/team\/role-[0-9a-f]{7}$/);
    await stack.destroy();
    assert.deepEqual(await left(), []);
  });

  it("fails with AWS's own words when a name is taken", async () => {
    const named = (name: string) => (): Promise<void> => {
      new aws.iam.Role(name, { name: "taken", assumeRolePolicy: trust("ec2.amazonaws.com") });
      return Promise.resolve();
    };
    const first = await engine.stack(named("first"));
    await first.up();
    const second = await engine.stack(named("second"));
    await assert.rejects(second.up(), /Role with name taken already exists/);
    await first.destroy();
    assert.deepEqual(await left(), []);
  });
});
