#!/usr/bin/env node
"use strict";
// What `npx pulumi-karpenter` starts: the program that `npm ci` built beside its sources, and that the package ships built.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..", "dist", "cli.cjs");

if (existsSync(program)) require(program).start(process);
else {
  console.error(`error: the command line is not built: there is no ${program}; run npm run bundle`);
  process.exitCode = 1;
}
