import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import type { Lesson } from "./ledger";
import { piecesOf } from "./plan-pieces";
import { withObjects, withReferences } from "./references";

/** What the planner's thread was told, by number: the other side of the Ledger. */
export class Knowledge {
  readonly #objects = new Map<number, object>();
  readonly #numbers = new Map<object, number>();

  learn(lessons: readonly Lesson[]): void {
    for (const lesson of lessons) {
      // An object was described, so it is one.
      const object = "whole" in lesson ? lesson.whole : (withObjects(lesson.made, this.#objectOf) as object);
      this.#objects.set(lesson.number, object);
      this.#numbers.set(object, lesson.number);
    }
  }

  forget(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#numbers.delete(this.#objectOf(number));
      this.#objects.delete(number);
    }
  }

  /** The answer to a problem with references: the pieces of its plan, with references. */
  *answer(problem: unknown, solve: (problem: Problem) => Plan): Generator {
    const plan = solve(withObjects(problem, this.#objectOf) as Problem); // the other side took it apart
    for (const piece of piecesOf(plan)) yield withReferences(piece, this.#numberOf);
  }

  readonly #numberOf = (object: object): number | undefined => this.#numbers.get(object);

  readonly #objectOf = (number: number): object => {
    const object = this.#objects.get(number);
    if (object === undefined) throw new Error(`object ${number} was never spoken of`);
    return object;
  };
}
