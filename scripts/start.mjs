#!/usr/bin/env node
// `npm start`: what gate does, told on the embedded example in a scratch repository. In a fresh clone it
// installs and builds first. It is also a test: it exits 1 when a step does not do what the story says.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Scratch } from "./story/scratch.mjs";
import { StepFailed, steps } from "./story/steps.mjs";
import { Teller } from "./story/teller.mjs";

const PROJECT = resolve(import.meta.dirname, "..");
const USAGE = `npm start [-- --keep] [-- --no-build]
  --keep       leave the scratch repository to look at
  --no-build   tell the story with the dist that is there`;

async function main() {
  const { keep, build } = readOptions();
  const teller = new Teller(process.stdout, process.env);
  prepare(teller, build);
  const scratch = new Scratch(PROJECT);
  const interruption = interruptible(scratch);
  try {
    teller.begin(scratch.directory);
    for (const step of steps) await teller.step(step.title, () => step.play(scratch));
    teller.end(keep ? scratch.directory : null);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    if (interruption.exit === null) teller.fail(error, keep);
    process.exitCode = interruption.exit ?? 1;
  } finally {
    if (!keep) scratch.remove();
  }
}

/** A signal, or a reader of the output that has seen enough, ends what is running; the rest ends in order. */
function interruptible(scratch) {
  const interruption = { exit: null };
  const end = (signal, exit) => {
    interruption.exit ??= exit;
    scratch.stop(signal);
  };
  process.on("SIGINT", () => end("SIGINT", 130));
  process.on("SIGTERM", () => end("SIGTERM", 143));
  process.stdout.on("error", () => end("SIGTERM", 1));
  return interruption;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        keep: { type: "boolean" },
        "no-build": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help !== true) return { keep: values.keep === true, build: values["no-build"] !== true };
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
}

/** Installing builds as well. */
function prepare(teller, build) {
  if (!existsSync(join(PROJECT, "node_modules"))) npm(teller, ["ci", "--no-audit", "--no-fund"]);
  else if (build) npm(teller, ["run", "-s", "build"]);
}

function npm(teller, args) {
  teller.preparing(`npm ${args.join(" ")}`);
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd: PROJECT, encoding: "utf8" });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}npm ${args.join(" ")} failed\n`);
  process.exit(1);
}

await main();
