#!/usr/bin/env node
// The first step of npm's `prepare`. For `npm install --global <git url>`, as the pre-commit framework installs a
// hook, npm leaves out what a build needs: https://github.com/npm/cli/issues/8440
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "..");

if (!existsSync(resolve(PROJECT, "node_modules/rolldown"))) {
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm === undefined ? ["npm"] : [process.execPath, npm];
  const options = ["--global=false", "--location=project", "--include=dev", "--ignore-scripts"];
  const ended = spawnSync(program, [...first, "ci", ...options], { cwd: PROJECT, stdio: "inherit" });
  if (ended.error) console.error(`${program} cannot be started: ${ended.error.message}`);
  process.exitCode = ended.status ?? 1;
}
