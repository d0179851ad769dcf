#!/usr/bin/env node
const { enableCompileCache } = require("node:module");

/** Those that load much. `status` most often does not, and `verify` is to run nothing but what is installed. */
const LOAD_MUCH = ["attach", "check", "pre-commit", "pre-merge-commit", "run"];

// Newer versions of Node keep compiled code between starts; for the others gate does.
const [, , verb] = process.argv;
if (enableCompileCache === undefined) {
  if (LOAD_MUCH.includes(verb)) {
    const { keepCode } = require("./kept-code.js");
    keepCode(`${__dirname}/../dist`, verb);
  }
} else if (!process.argv.includes("verify")) {
  enableCompileCache();
}
require("../dist/cli.cjs");
