import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { interruptionEvents } from "#controller/contract/interruption-events";

const recorded = join(__dirname, "../fixtures/events");

describe("the events that end a machine", () => {
  for (const file of readdirSync(recorded).filter((name) => name.endsWith(".json"))) {
    it(`are named as AWS names them: ${file}`, () => {
      const event = JSON.parse(readFileSync(join(recorded, file), "utf8")) as { source: string; "detail-type": string };

      const known = Object.values(interruptionEvents).filter(
        ({ source, detailType }) => source === event.source && detailType === event["detail-type"],
      );
      assert.equal(known.length, 1);
    });
  }
});
