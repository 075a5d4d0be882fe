import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseWarning, type Warning } from "#controller/providers/interruption-queue";

const event = (name: string): string =>
  readFileSync(join(__dirname, "..", "..", "fixtures", "events", `${name}.json`), "utf8");

const one = ["i-1234567890abcdef0"];
const meanings: Readonly<Record<string, Warning>> = {
  "spot-interruption": { kind: "spot_interrupted", instanceIds: one },
  "rebalance-recommendation": { kind: "rebalance_recommendation", instanceIds: one },
  "instance-stopping": { kind: "instance_stopped", instanceIds: one },
  "instance-terminated": { kind: "instance_terminated", instanceIds: one },
  "health-scheduled-change": { kind: "scheduled_change", instanceIds: ["i-abcd1111", "i-abcd2222"] },
  "capacity-reservation-interruption": { kind: "capacity_reservation_interrupted", instanceIds: one },
};

describe("an interruption message", () => {
  for (const [name, meaning] of Object.entries(meanings)) {
    it(`AWS-021 is understood: ${name}`, () => {
      assert.deepEqual(parseWarning(event(name)), meaning);
    });
  }

  const harmless: Readonly<Record<string, readonly [from: string, to: string]>> = {
    "of an instance that starts": ['"stopping"', '"running"'],
    "of another version": ['"version": "0"', '"version": "1"'],
    "of another source": ['"aws.ec2"', '"aws.ecs"'],
  };
  for (const [what, [from, to]] of Object.entries(harmless)) {
    it(`AWS-021 has no consequence when it is ${what}`, () => {
      assert.equal(parseWarning(event("instance-stopping").replace(from, to)).kind, "no_op");
    });
  }

  it("AWS-021 has no consequence when it is about another service's health", () => {
    const other = event("health-scheduled-change").replace('"service": "EC2"', '"service": "RDS"');

    assert.equal(parseWarning(other).kind, "no_op");
  });

  it("AWS-021 that is not JSON is refused", () => {
    assert.throws(() => parseWarning("{"), SyntaxError);
  });
});
