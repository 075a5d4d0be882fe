import assert from "node:assert/strict";
import { isWindowOpen } from "#controller/disruption/budget-window";

const at = (time: string): number => Date.parse(`2026-01-05T${time}Z`);
const nightly = { nodes: "0", schedule: "0 9 * * *", duration: "1h" };

describe("a budget's window", () => {
  it("API-021 is always open without a schedule", () => {
    assert.equal(isWindowOpen({ nodes: "1" }, at("00:00:00")), true);
  });

  it("API-021 opens at the schedule's minute, in UTC, and closes when its duration is over", () => {
    assert.equal(isWindowOpen(nightly, at("08:59:59.999")), false);
    assert.equal(isWindowOpen(nightly, at("09:00:00")), true);
    assert.equal(isWindowOpen(nightly, at("09:30:00")), true);
    assert.equal(isWindowOpen(nightly, at("09:59:59.999")), true);
    assert.equal(isWindowOpen(nightly, at("10:00:00")), false);
  });

  it("API-021 never closes when it lasts longer than until its next opening", () => {
    const overlapping = { nodes: "0", schedule: "@hourly", duration: "90m" };
    for (const time of ["00:00:00", "00:59:59", "13:30:00"]) assert.equal(isWindowOpen(overlapping, at(time)), true);
  });

  it("API-021 knows weekdays and the names of schedules", () => {
    assert.equal(isWindowOpen({ ...nightly, schedule: "0 9 * * mon-fri" }, at("09:10:00")), true); // a Monday
    assert.equal(isWindowOpen({ ...nightly, schedule: "0 9 * * sun" }, at("09:10:00")), false);
    assert.equal(isWindowOpen({ ...nightly, schedule: "@midnight" }, at("00:10:00")), true);
  });

  it("API-021 says when its schedule cannot be read", () => {
    assert.throws(() => isWindowOpen({ ...nightly, schedule: "at nine" }, at("09:00:00")));
  });
});
