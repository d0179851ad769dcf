#!/usr/bin/env node
/** Those that load much. `status` most often does not, and `verify` is to run nothing but what is installed. */
const LOAD_MUCH = ["attach", "check", "pre-commit", "pre-merge-commit", "run", "why-ignored"];

/** From here on Node keeps compiled code between starts itself; for the others gate does. */
const KEEPS_CODE = 22;

/** Most of what they do is done once, in milliseconds: to optimise it takes longer than it takes. */
const OPTIMISED_LATE = ["attach", "check", "pre-commit", "pre-merge-commit", "run", "verify"];

const [, , verb] = process.argv;
if (Number.parseInt(process.versions.node, 10) >= KEEPS_CODE) {
  // 22.0 could not yet
  if (!process.argv.includes("verify")) require("node:module").enableCompileCache?.();
} else if (LOAD_MUCH.includes(verb)) {
  const { keepCode } = require("./kept-code.js");
  keepCode(`${__dirname}/../dist`, verb);
}
if (OPTIMISED_LATE.includes(verb)) require("node:v8").setFlagsFromString("--interrupt-budget=1000000");
require("../dist/cli.cjs");
