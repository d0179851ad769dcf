import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inTurns, ms, timed } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

const MIB = 1 << 20;
const FILES = 2000;
const STATEMENTS = 50;
const TESTS = 400;

/** What `gate gaps` takes for a report of coverage.py with 100,000 statements, contexts and regions: 10 MB and more. */
export async function gaps({ rounds }) {
  const names = Array.from({ length: FILES }, (_, index) => `src/app_${index % 40}/module_${index}.py`);
  const text = JSON.stringify(report(names));
  const repository = await Repository.create({
    files: 100,
    suite: quickSuite({ tests: 2, logs: 1 }),
    extra: Object.fromEntries(names.map((name) => [name, "value = 1\n"])),
    settings: "    on-stale: run\n",
  });
  try {
    repository.write("../coverage.json", text);
    repository.write("../peak.cjs", REPORT_PEAK);
    return [await measure(repository, text.length, rounds), await peak(repository)];
  } finally {
    repository.remove();
  }
}

async function measure(repository, bytes, rounds) {
  const took = await inTurns(Math.min(rounds, 11), {
    node: async () => (await repository.emptyNode()).ms,
    gaps: async () => (await judged(repository)).ms,
  });
  return {
    what: `gate gaps, ${FILES * STATEMENTS} statements in ${(bytes / 1e6).toFixed(1)} MB`,
    figure: ms(took.gaps),
    target: "≤ 2000 ms",
    met: took.gaps <= 2000,
    parts: `an empty Node ${ms(took.node)}`,
  };
}

async function judged(repository) {
  const ended = await repository.gate("gaps", "--coverage", "../coverage.json", "--json");
  const [{ coverage, patternTests }] = JSON.parse(ended.stdout).suites;
  const right = coverage.totals.statements === FILES * STATEMENTS && patternTests.tests.length === 1;
  if (!right) throw new Error(`gate gaps said: ${ended.stdout.slice(0, 2000)}`);
  return ended;
}

async function peak(repository) {
  const args = ["--require", join(repository.base, "peak.cjs"), repository.program];
  await timed(process.execPath, [...args, "gaps", "--coverage", "../coverage.json"], repository.place);
  const mebibytes = Math.round((Number(readFileSync(join(repository.base, "peak"), "utf8")) * 1024) / MIB);
  return {
    what: "memory that gate gaps takes for it",
    figure: `${mebibytes} MiB`,
    target: "≤ 256 MiB",
    met: mebibytes <= 256,
    parts: "at its peak",
  };
}

/** Of format 3: every line again in its function and its class, as coverage.py writes it. */
function report(names) {
  const files = Object.fromEntries(names.map((name, index) => [name, measured(index)]));
  const tests = {
    ...measured(0),
    contexts: { 1: ["", ...testNames(TESTS)], 2: ["tests.test_app.test_pattern"] },
  };
  const meta = { format: 3, version: "7.10.7", timestamp: "2026-02-13T14:27:22", branch_coverage: true };
  return { meta, files: { ...files, "tests/test_app.py": tests }, totals: {} };
}

function measured(index) {
  const lines = Array.from({ length: STATEMENTS }, (_, line) => 2 * line + 1);
  const ran = lines.filter((line) => (line + index) % 3 > 0);
  const missing = lines.filter((line) => (line + index) % 3 === 0);
  const contexts = Object.fromEntries(
    ran.map((line) => [line, [testNames(TESTS)[(line + index) % TESTS], ""]]),
  );
  const part = {
    executed_lines: ran,
    summary: {
      covered_lines: ran.length,
      num_statements: lines.length,
      percent_covered: (ran.length / lines.length) * 100,
      missing_lines: missing.length,
      excluded_lines: 0,
      num_branches: 20,
      num_partial_branches: 5,
      covered_branches: 10,
      missing_branches: 10,
    },
    missing_lines: missing,
    excluded_lines: [],
    contexts,
    executed_branches: ran.slice(0, 10).map((line) => [line, line + 2]),
    missing_branches: missing.slice(0, 10).map((line) => [line, line + 2]),
  };
  return { ...part, functions: { run: part }, classes: { "": part } };
}

const NAMES = Array.from({ length: TESTS }, (_, index) => `tests.test_app.test_${index}`);
const testNames = (count) => NAMES.slice(0, count);

const REPORT_PEAK = `process.on("exit", () => {
  require("node:fs").writeFileSync(__dirname + "/peak", String(process.resourceUsage().maxRSS));
});
`;
