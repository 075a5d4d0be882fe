"use strict";

const { Spec } = require("mocha").reporters;

/** Mocha's own report, and after it one line that a script can read: `12 passed, 0 failed`. */
module.exports = class OneLine extends Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const skipped = pending > 0 ? `, ${pending} skipped` : "";
    process.stdout.write(`${passes} passed, ${failures} failed${skipped}\n`);
  }
};
