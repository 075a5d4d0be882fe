import assert from "node:assert/strict";
import { listAccount, listingChanges } from "#sandbox/aws/listing/listing";
import { resources } from "#sandbox/plugins/aws/resources";
import { sharedAccount, type TestAccount } from "../../aws/account";
import { cases } from "./cases";
import { Program } from "./program";

describe("the aws plugin's resource types", function () {
  this.timeout(60_000);
  let account: TestAccount;
  before(async () => {
    account = await sharedAccount();
  });

  it("are all tried below", () => {
    assert.deepEqual(Object.keys(cases).sort(), Object.keys(resources).sort());
  });

  for (const [type, { inputs, change, output }] of Object.entries(cases)) {
    it(`${type} is made, read back, changed and removed`, async () => {
      const before = await listAccount(account.aws);
      const program = await Program.on(account);
      const given = await inputs({ ...account, program });
      const made = await program.make(type, given);
      assert.ok(made.known.state[output], `${output} in ${JSON.stringify(made.known.state)}`);

      const read = await made.read();
      assert.deepEqual(read?.inputs, made.known.inputs, "reading finds no drift");
      assert.deepEqual((await made.diff(given)).changes, []);

      if (change) {
        const news = { ...given, ...change };
        const { changes, replaces } = await made.diff(news);
        assert.deepEqual({ changes: changes.length > 0, replaces }, { changes: true, replaces: [] });
        await made.update(news);
        assert.deepEqual((await made.read())?.inputs, made.known.inputs, "the change is what AWS has");
      }

      await made.delete();
      assert.equal(await made.read(), undefined);
      await made.delete();
      await program.clear();
      const left = listingChanges(before, await listAccount(account.aws));
      // moto keeps the network interface of a NAT gateway that is deleted.
      assert.deepEqual(type.endsWith(":NatGateway") ? left.filter((line) => !line.includes("eni-")) : left, []);
    });
  }
});
