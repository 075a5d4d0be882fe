import { parentPort, workerData } from "node:worker_threads";
import type { Plan } from "../scheduling/plan";
import type { Problem } from "../scheduling/problem";
import type { Lesson } from "./ledger";
import type { Message, ThreadData, Word } from "./messages";
import { piecesOf } from "./plan-pieces";
import { withObjects, withReferences } from "./references";

/** @param isTimeUp asked now and then: once it says yes, what is placed is the plan. */
export type Solve = (problem: Problem, isTimeUp: () => boolean) => Plan;

/** The thread's side: learns, solves, answers, for ever. What `solve` throws ends the thread, and the other side hears of it. */
export function solveProblems(solve: Solve): void {
  const port = parentPort;
  if (port === null) throw new Error("this is the planner's thread; it is not a program of its own");
  const { answers, timeIsUp } = workerData as ThreadData; // as planner-thread.ts starts it
  const objects = new Map<number, object>();
  const numbers = new Map<object, number>();
  const objectOf = (number: number): object => {
    const object = objects.get(number);
    if (object === undefined) throw new Error(`object ${number} was never spoken of`);
    return object;
  };
  const numberOf = (object: object): number | undefined => numbers.get(object);
  const say = (word: Word): void => {
    port.postMessage(word);
  };

  const learn = (lesson: Lesson): void => {
    // An object was described, so it is one.
    const object = "whole" in lesson ? lesson.whole : (withObjects(lesson.made, objectOf) as object);
    objects.set(lesson.number, object);
    numbers.set(object, lesson.number);
  };
  const forget = (number: number): void => {
    numbers.delete(objectOf(number));
    objects.delete(number);
  };
  const answer = (problem: Problem): void => {
    const plan = solve(problem, () => Atomics.load(timeIsUp, 0) !== 0);
    for (const piece of piecesOf(plan)) answers.postMessage(withReferences(piece, numberOf));
    say("solved");
  };

  port.on("message", (message: Message) => {
    if (message.kind === "learn") message.lessons.forEach(learn);
    else if (message.kind === "forget") message.numbers.forEach(forget);
    else answer(withObjects(message.problem, objectOf) as Problem); // the other side took it apart
  });
  say("ready");
}
