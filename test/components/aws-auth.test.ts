import assert from "node:assert/strict";
import { parse } from "yaml";
import { withNodeRole, withoutNodeRole } from "#components/resources/aws-auth";

const ours = "arn:aws:iam::111122223333:role/KarpenterNodeRole-demo";
const others = `# admins
- rolearn: arn:aws:iam::111122223333:role/admin
  username: admin # not ours
  groups:
    - system:masters
`;
const entry = {
  rolearn: ours,
  username: "system:node:{{EC2PrivateDNSName}}",
  groups: ["system:bootstrappers", "system:nodes"],
};

describe("the list of roles in aws-auth", () => {
  it("gains our entry and keeps every other, with its comments", () => {
    const list = withNodeRole(others, ours);

    assert.ok(list.startsWith(others), list);
    assert.deepEqual((parse(list) as unknown[]).at(-1), entry);
  });

  it("is as it was once our entry is gone again", () => {
    assert.equal(withoutNodeRole(withNodeRole(others, ours), ours), others);
  });

  it("stays the very same when there is nothing to do", () => {
    const list = withNodeRole(others, ours);

    assert.equal(withNodeRole(list, ours), list);
    assert.equal(withoutNodeRole(others, ours), others);
  });

  for (const nothing of [undefined, "", "[]", "# none yet\n"]) {
    it(`begins with ours when it held ${JSON.stringify(nothing)}`, () => {
      const list = withNodeRole(nothing, ours);

      assert.deepEqual(parse(list), [entry]);
      assert.deepEqual(parse(withoutNodeRole(list, ours)), []);
    });
  }

  it("is left alone when it is no list", () => {
    assert.throws(() => withNodeRole("a: b", ours), /mapRoles is not a list/);
    assert.throws(() => withNodeRole("- [", ours), /mapRoles is no YAML/);
  });
});
