#!/usr/bin/env node
// Newer versions of Node keep compiled code between starts.
if (Number.parseInt(process.versions.node, 10) >= 22) require("node:module").enableCompileCache?.();
require("../dist/cli.cjs");
