import { parentPort, workerData } from "node:worker_threads";
import { Knowledge } from "./knowledge";
import type { Message, ThreadData, Word } from "./messages";
import { rehearse, type Solve } from "./rehearsal";

/**
 * The thread's side: rehearses until it is asked, then learns, solves, answers, for ever. What `solve` throws ends the
 * thread, and the other side hears of it.
 */
export function solveProblems(solve: Solve): void {
  const port = parentPort;
  if (port === null) throw new Error("this is the planner's thread; it is not a program of its own");
  const { answers, timeIsUp, wanted } = workerData as ThreadData; // as planning-thread.ts starts it
  const knowledge = new Knowledge();
  const isTimeUp = (): boolean => Atomics.load(timeIsUp, 0) !== 0;
  const isWanted = (): boolean => Atomics.load(wanted, 0) !== 0;
  const say = (word: Word): void => {
    port.postMessage(word);
  };
  const answer = (asked: unknown): void => {
    for (const piece of knowledge.answer(asked, (problem) => solve(problem, isTimeUp))) answers.postMessage(piece);
    say("solved");
  };

  port.on("message", (message: Message) => {
    if (message.kind === "learn") knowledge.learn(message.lessons);
    else if (message.kind === "forget") knowledge.forget(message.numbers);
    else answer(message.problem);
  });
  say("ready");
  void rehearse(solve, isWanted).then(() => {
    say("rehearsed");
  });
}
