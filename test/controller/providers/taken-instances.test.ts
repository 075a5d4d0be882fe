import assert from "node:assert/strict";
import fc from "fast-check";
import { TakenInstances } from "#controller/providers/taken-instances";

const answer = (available: number) => [{ id: "cr-1", available }];

describe("what is left in a reservation", () => {
  it("AWS-033 is not known before EC2 was asked", () => {
    assert.equal(new TakenInstances().left("cr-1"), undefined);
  });

  it("AWS-018 AWS-033 is less what launches take, until EC2 is asked after them", () => {
    const taken = new TakenInstances();
    taken.asking()(answer(3));
    const settle = taken.take("cr-1", "uid-1");
    assert.equal(taken.left("cr-1"), 2, "while it launches");
    const early = taken.asking();
    settle(true);
    early(answer(3));
    assert.equal(taken.left("cr-1"), 2, "the answer may be from before");
    taken.asking()(answer(2));
    assert.equal(taken.left("cr-1"), 2);
  });

  it("AWS-018 is what it was when the launch went elsewhere, and never less than nothing", () => {
    const taken = new TakenInstances();
    taken.asking()(answer(1));
    const [one, other] = [taken.take("cr-1", "uid-1"), taken.take("cr-1", "uid-2")];
    assert.equal(taken.left("cr-1"), 0);
    one(false);
    assert.equal(taken.left("cr-1"), 0);
    other(false);
    assert.equal(taken.left("cr-1"), 1);
  });

  it("AWS-033 is nothing once EC2 launched nothing, until it is asked anew", () => {
    const taken = new TakenInstances();
    taken.asking()(answer(5));
    const under = taken.asking();
    taken.exhausted("cr-1");
    under(answer(5));
    assert.equal(taken.left("cr-1"), 0);
    taken.asking()(answer(5));
    assert.equal(taken.left("cr-1"), 5);
  });

  it("goes by the later question when answers overtake each other", () => {
    const taken = new TakenInstances();
    const [first, second] = [taken.asking(), taken.asking()];
    second(answer(1));
    first(answer(4));

    assert.equal(taken.left("cr-1"), 1);
  });

  it("AWS-018 is less one for each claim that will take one, once, whether it is launching or not", () => {
    const taken = new TakenInstances();
    taken.asking()(answer(4));
    assert.equal(taken.left("cr-1", ["uid-1", "uid-2"]), 2, "before");
    const settle = taken.take("cr-1", "uid-1");
    assert.equal(taken.left("cr-1", ["uid-1", "uid-2"]), 2, "while one launches");
    settle(true);
    assert.equal(taken.left("cr-1", ["uid-1", "uid-2"]), 2, "while nobody knows that it is launched");
    assert.equal(taken.left("cr-1", ["uid-2"]), 2, "before EC2 counts it");
    taken.asking()(answer(3));
    assert.equal(taken.left("cr-1", ["uid-2"]), 2);
    assert.equal(taken.left("cr-1", []), 3, "for its own launch, or once it was given up");
  });

  it("AWS-033 is never more than EC2 has, whatever the order of launches and answers", () => {
    const steps = fc.array(fc.constantFrom("take", "launch", "fail", "ask", "hear"), { maxLength: 40, size: "max" });
    fc.assert(
      fc.property(steps, (order) => {
        const taken = new TakenInstances();
        let really = 5;
        let claims = 0;
        const underway: ((isTaken: boolean) => void)[] = [];
        const asked: (() => void)[] = [];
        const actions: Readonly<Record<string, () => void>> = {
          take: () => {
            if (underway.length < really) underway.push(taken.take("cr-1", `uid-${(claims += 1)}`));
          },
          launch: () => {
            const settle = underway.shift();
            if (settle) really -= 1;
            settle?.(true);
          },
          fail: () => underway.shift()?.(false),
          ask: () => {
            const [heard, now] = [taken.asking(), really];
            asked.push(() => {
              heard(answer(now));
            });
          },
          hear: () => asked.shift()?.(),
        };
        for (const step of order) {
          actions[step]?.();
          const left = taken.left("cr-1") ?? 0;
          assert.ok(left <= Math.max(0, really - underway.length), `${left} of ${really}, ${underway.length} underway`);
        }
      }),
    );
  });
});
