#!/usr/bin/env node
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { attach } from "./attach.mjs";
import { decision } from "./decision.mjs";
import { events } from "./events.mjs";
import { fresh } from "./fresh.mjs";
import { gaps } from "./gaps.mjs";
import { timed } from "./measure.mjs";
import { memory } from "./memory.mjs";
import { pytest } from "./pytest.mjs";
import { screen } from "./screen.mjs";
import { suite } from "./suite.mjs";
import { turbo } from "./turbo.mjs";
import { verify } from "./verify.mjs";
import { whyIgnored } from "./why-ignored.mjs";

/** Those in the first group are measured at every size of `--files`. */
const BY_SIZE = { fresh, decision, turbo, verify };
const ONCE = { suite, memory, events, screen, attach, gaps, pytest, "why-ignored": whyIgnored };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: "string", default: "10000,100000" },
    rounds: { type: "string", default: "21" },
  },
});
const known = [...Object.keys(BY_SIZE), ...Object.keys(ONCE)];
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}". There are: ${known.join(", ")}`);
  process.exit(2);
}
const chosen = positionals.length === 0 ? known : positionals;
const rounds = Number(values.rounds);
const sizes = values.files.split(",").map(Number);

const git = (await timed("git", ["--version"], { cwd: ".", env: process.env })).stdout.trim();
console.log(
  `${git}, Node ${process.versions.node}, ${cpus().length} CPUs (${cpus()[0]?.model}), ${rounds} rounds\n`,
);
console.log("| what | figure | target | | measured |\n|---|---|---|---|---|");
let missed = 0;
for (const name of chosen) {
  for (const files of name in BY_SIZE ? sizes : [null]) {
    const measure = BY_SIZE[name] ?? ONCE[name];
    for (const { what, figure, target, met, parts } of await measure({ files, rounds })) {
      if (!met) missed += 1;
      console.log(`| ${what} | ${figure} | ${target} | ${met ? "met" : "**missed**"} | ${parts} |`);
    }
  }
}
process.exitCode = missed === 0 ? 0 : 1;
