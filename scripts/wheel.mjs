#!/usr/bin/env node
// `npm run wheel`: the Python package, from the same bundle. Needs python3 with pip; pip brings the rest.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const PROJECT = resolve(import.meta.dirname, "..");
const USAGE = `npm run wheel [-- --out <directory>] [-- --no-build]
  --out        where the wheel goes (packaging/python/dist)
  --no-build   take the dist that is there`;

const options = readOptions();
if (options !== null) {
  if (options.build) run("npm", ["run", "--silent", "build"]);
  const python = process.env.PYTHON ?? "python3";
  run(python, ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", options.out, PROJECT]);
  console.log(options.out);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        out: { type: "string", default: resolve(PROJECT, "packaging/python/dist") },
        build: { type: "boolean", default: true },
      },
    });
    return { out: resolve(values.out), build: values.build };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
    return null;
  }
}

function run(program, args) {
  const ended = spawnSync(program, args, { cwd: PROJECT, stdio: "inherit" });
  if (ended.error) console.error(`${program} cannot be started: ${ended.error.message}`);
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}
