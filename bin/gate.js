#!/usr/bin/env node
/** Those that load much. `status` most often does not, and `verify` is to run nothing but what is installed. */
const LOAD_MUCH = ["attach", "check", "pre-commit", "pre-merge-commit", "run", "why-ignored"];

/** From here on Node keeps compiled code between starts itself; for the others gate does. */
const KEEPS_CODE = 22;

const [, , verb] = process.argv;
if (Number.parseInt(process.versions.node, 10) >= KEEPS_CODE) {
  // 22.0 could not yet
  if (!process.argv.includes("verify")) require("node:module").enableCompileCache?.();
} else if (LOAD_MUCH.includes(verb)) {
  const { keepCode } = require("./kept-code.js");
  keepCode(`${__dirname}/../dist`, verb);
}
require("../dist/cli.cjs");
