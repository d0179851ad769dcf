/**
 * A suite that costs next to nothing: it says by events that its tests passed, and leaves `logs` files for
 * each. `../variant` beside the repository, where it is there, changes what every test did.
 */
export function quickSuite({ tests, logs }) {
  return `import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
const started = performance.timeOrigin;
const variant = existsSync("../variant") ? readFileSync("../variant", "utf8") : "";
const time = "2026-02-13T14:27:22.000Z";
const lines = [];
const say = (event) => lines.push(JSON.stringify({ v: 1, seq: lines.length, time, ...event }));
say({ type: "hello", role: "main", runner: { name: "bench", version: "1" }, pid: process.pid });
const names = Array.from({ length: ${tests} }, (_, index) => "test_" + index);
say({ type: "plan", tests: names.map((name) => ({ id: "tests/model.py::" + name, name, file: "tests/model.py" })) });
for (const name of names) {
  const id = "tests/model.py::" + name;
  say({ type: "test-start", id, name, file: "tests/model.py" });
  say({ type: "turn", id, turn: { kind: "prompt", text: "Hello, " + name + variant, tier: "simple" } });
  say({ type: "turn", id, turn: { kind: "response", text: "Hello back" + variant } });
  mkdirSync(process.env.GATE_ARTIFACTS + "/" + name, { recursive: true });
  for (let index = 0; index < ${logs}; index += 1) {
    const path = name + "/session_" + index + ".log";
    const line = "2026-02-13 14:27:22,123 INFO model " + name + " answered in 0.123 s" + variant + "\\n";
    writeFileSync(process.env.GATE_ARTIFACTS + "/" + path, line.repeat(40));
    say({ type: "artifact", id, path, name: "session_" + index + ".log" });
  }
  say({ type: "test-end", id, outcome: "passed", duration: 0.1, message: null, properties: { tier: "simple" } });
}
say({ type: "end", tests: names.length });
writeFileSync(process.env.GATE_EVENTS + "/" + process.pid + "-main.ndjson", lines.join("\\n") + "\\n");
writeFileSync("../suite-ms", String(performance.timeOrigin + performance.now() - started));
`;
}

/** A suite of one test whose log has the size that \`../log-bytes\` says. */
export const LONG_LOG_SUITE = `import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
const bytes = Number(readFileSync("../log-bytes", "utf8"));
const log = openSync(process.env.GATE_ARTIFACTS + "/session.log", "w");
const block = Buffer.from("2026-02-13 14:27:22,123 INFO model answered in 0.123 s, pid 4711\\n".repeat(10000));
for (let written = 0; written < bytes; written += block.length) writeSync(log, block);
closeSync(log);
const test = { id: "tests/model.py::test_long", name: "test_long", file: "tests/model.py" };
const events = [
  { type: "hello", role: "main", runner: { name: "bench", version: "1" }, pid: process.pid },
  { type: "plan", tests: [test] },
  { type: "test-start", ...test },
  { type: "artifact", id: test.id, path: "session.log", name: "session.log" },
  { type: "test-end", id: test.id, outcome: "passed", duration: 1, message: null, properties: {} },
  { type: "end", tests: 1 },
];
const time = "2026-02-13T14:27:22.000Z";
const lines = events.map((event, seq) => JSON.stringify({ v: 1, seq, time, ...event }) + "\\n");
writeFileSync(process.env.GATE_EVENTS + "/" + process.pid + "-main.ndjson", lines.join(""));
`;

/**
 * A suite whose tests only say that they began, were asked something and ended, at a pace. It notes what gate takes meanwhile,
 * in `../measured`: its memory when some of them have ended and when all have, and its time on a processor.
 */
export function pacedSuite({ tests, early, perSecond }) {
  return `import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
const status = (pid, name) => Number(new RegExp(name + ":\\\\s+(\\\\d+)").exec(readFileSync("/proc/" + pid + "/status", "utf8"))[1]);
let gate = process.ppid;
while (!readFileSync("/proc/" + gate + "/cmdline", "utf8").includes("gate.js")) gate = status(gate, "PPid");
const mebibytes = () => status(gate, "VmRSS") / 1024;
const cpuSeconds = () => {
  const fields = readFileSync("/proc/" + gate + "/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const file = openSync(process.env.GATE_EVENTS + "/" + process.pid + "-0123456789abcdef.ndjson", "a");
let seq = 0;
const line = (event) => JSON.stringify({ v: 1, seq: seq++, time: new Date().toISOString(), ...event }) + "\\n";
const test = (index) => ({ id: "model.py::test_" + index, name: "test_" + index, file: "model.py" });
writeSync(file, line({ type: "hello", role: "main", runner: { name: "bench", version: "1" }, pid: process.pid }));
for (let from = 0; from < ${tests}; from += 1000) {
  writeSync(file, line({ type: "plan", tests: Array.from({ length: Math.min(1000, ${tests} - from) }, (_, index) => test(from + index)) }));
}
await delay(2000);
const begun = performance.now();
const cpu = cpuSeconds();
const before = seq;
let earlyMemory = 0;
for (let index = 0; index < ${tests}; index += 1) {
  const one = test(index);
  writeSync(file, line({ type: "test-start", ...one }));
  writeSync(file, line({ type: "turn", id: one.id, turn: { kind: "prompt", text: "Hello" } }));
  const outcome = index + 1 === ${tests} ? "failed" : "passed";
  writeSync(file, line({ type: "test-end", id: one.id, outcome, duration: 0.001, message: null, properties: {} }));
  const ahead = ((seq - before) / ${perSecond}) * 1000 - (performance.now() - begun);
  if (ahead > 5) await delay(ahead);
  if (index + 1 === ${early}) {
    await delay(500);
    earlyMemory = mebibytes();
  }
}
const seconds = (performance.now() - begun) / 1000;
const used = cpuSeconds() - cpu;
writeSync(file, line({ type: "end", tests: ${tests} }));
closeSync(file);
const progress = dirname(process.env.GATE_EVENTS) + "/progression.log";
const ended = performance.now();
const last = "test_" + (${tests} - 1) + ":";
const hasLast = () => readFileSync(progress, "latin1").slice(-2000).includes(last);
while (!hasLast() && performance.now() - ended < 60000) await delay(20);
const lagMs = performance.now() - ended;
await delay(1000);
writeFileSync("../measured", JSON.stringify({ early: earlyMemory, late: mebibytes(), rate: (seq - before) / seconds, cpu: used / seconds, lagMs }));
`;
}
