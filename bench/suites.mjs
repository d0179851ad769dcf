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
