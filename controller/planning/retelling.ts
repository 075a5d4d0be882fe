import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import { Knowledge } from "./knowledge";
import { Ledger } from "./ledger";
import { withReferences } from "./references";

/**
 * Both sides of the planner's thread in one: problems are told and plans put into words, but nothing leaves. What is
 * solved has the very shapes that objects have once they have crossed; V8 compiles for shapes.
 */
export class Retelling {
  readonly #ledger = new Ledger();
  readonly #knowledge = new Knowledge();

  /** Has the problem solved as the thread would get it. */
  solve(problem: Problem, solve: (problem: Problem) => Plan): void {
    this.#knowledge.learn(structuredClone([...this.#ledger.lessons(problem)]));
    this.#knowledge.forget(this.#ledger.forget());
    const asked = structuredClone(withReferences(problem, this.#ledger.numberOf));
    const pieces = this.#knowledge.answer(asked, solve);
    while (pieces.next().done !== true);
  }
}
