import assert from "node:assert/strict";
import { LineProcess } from "../../../bench/peer/line-process";

const echo = `require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => console.log("got " + line))`;

const started = (program: string): LineProcess => new LineProcess(process.execPath, ["-e", program]);

describe("a program that answers line by line", () => {
  it("answers each question with its own line, in whichever number they are asked at once", async () => {
    const program = started(echo);
    const answers = await Promise.all(["a", "b", "c"].map((line) => program.ask(line)));
    await program.stop();

    assert.deepEqual(answers, ["got a", "got b", "got c"]);
  });

  it("answers what it was asked before it stops", async () => {
    const program = started(echo);
    const answer = program.ask("last");
    await program.stop();

    assert.equal(await answer, "got last");
    await assert.rejects(program.ask("too late"), /has ended/);
  });

  it("fails all who wait when it ends early, with what it said last", async () => {
    const program = started(`process.stdin.once("data", () => { console.error("out of cake"); process.exit(3); })`);

    await Promise.all(["a", "b"].map((line) => assert.rejects(program.ask(line), /ended \(3\).*out of cake/)));
    await program.stop();
  });

  it("fails whoever asks a program that is not there", async () => {
    const program = new LineProcess("/no/such/program");

    await assert.rejects(program.ask("anybody?"), /ENOENT/);
    await program.stop();
  });
});
