import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { timed } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { LONG_LOG_SUITE } from "./suites.mjs";

const TESTS = 10_000;
const SECONDS = 60;
const WINDOWS = { "80 × 24": [80, 24], "200 × 50": [200, 50] };

/** What the screen takes of a core, over a run of a minute, beside the same run in lines; all at the same time. */
export async function screen() {
  const windows = Object.entries(WINDOWS);
  const [lines, ...screens] = await Promise.all([
    processorSeconds([80, 24], { GATE_PLAIN: "1" }),
    ...windows.map(([, size]) => processorSeconds(size, {})),
  ]);
  return windows.map(([name], index) => {
    const more = screens[index] - lines;
    const share = (100 * more) / SECONDS;
    return {
      what: `the screen at ${name}, ${TESTS} tests in ${SECONDS} s`,
      figure: `${share.toFixed(2)} % of a core`,
      target: "< 2 %",
      met: share < 2,
      parts: `gate until the suite ends: ${screens[index].toFixed(2)} s with it, ${lines.toFixed(2)} s in lines`,
    };
  });
}

async function processorSeconds([columns, rows], env) {
  const suite = { files: 100, suite: LONG_LOG_SUITE, beside: { "log-bytes": "1000" } };
  const repository = await Repository.create(suite);
  const { base, directory, program } = repository;
  const tmux = (...args) =>
    timed("tmux", ["-S", join(base, "tmux"), ...args], {
      cwd: directory,
      env: { ...repository.env, ...env, TERM: "xterm" },
    });
  try {
    repository.write("../suite.mjs", STEADY_SUITE);
    const size = ["-x", String(columns), "-y", String(rows)];
    const run = `"${process.execPath}" "${program}" run --force; touch ../done`;
    await tmux("-f", "/dev/null", "new-session", "-d", ...size, "sh", "-c", run);
    while (!existsSync(join(base, "done"))) await delay(500);
    return Number(readFileSync(join(base, "seconds"), "utf8"));
  } finally {
    repository.remove();
  }
}

/** Its first test fails, so that no reports are made. At its end it notes what gate has taken until then. */
const STEADY_SUITE = `import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
const status = (pid, name) => Number(new RegExp(name + ":\\\\s+(\\\\d+)").exec(readFileSync("/proc/" + pid + "/status", "utf8"))[1]);
let gate = process.ppid;
while (!readFileSync("/proc/" + gate + "/cmdline", "utf8").includes("gate.js")) gate = status(gate, "PPid");
const file = process.env.GATE_EVENTS + "/1-main.ndjson";
let seq = 0;
const line = (event) => JSON.stringify({ v: 1, seq: seq++, time: new Date().toISOString(), ...event }) + "\\n";
const test = (index) => ({ id: "domain_" + (index % 7) + "/test.py::test_" + index, name: "test_" + index, file: "domain_" + (index % 7) + "/test.py" });
const tests = Array.from({ length: ${TESTS} }, (_, index) => test(index));
appendFileSync(file, line({ type: "hello", role: "main", runner: { name: "bench", version: "1" }, pid: process.pid }) + line({ type: "plan", tests }));
const begun = performance.now();
for (let done = 0; done < tests.length; await delay(20)) {
  const due = Math.min(tests.length, Math.floor((tests.length * (performance.now() - begun)) / ${SECONDS * 1000}));
  let text = "";
  for (; done < due; done += 1) {
    const { id } = tests[done];
    text += line({ type: "test-start", ...tests[done] });
    text += line({ type: "test-end", id, outcome: done === 0 ? "failed" : "passed", duration: 0.01, message: null, properties: {} });
  }
  if (text !== "") appendFileSync(file, text);
}
appendFileSync(file, line({ type: "end", tests: tests.length }));
const fields = readFileSync("/proc/" + gate + "/stat", "utf8").split(") ")[1].split(" ");
writeFileSync("../seconds", String((Number(fields[11]) + Number(fields[12])) / 100));
`;
