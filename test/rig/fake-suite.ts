import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestOutcome } from "../../src/protocol.ts";

export interface FakeTest {
  readonly id: string;
  readonly name?: string;
  readonly outcome?: TestOutcome;
  readonly message?: string;
  readonly prompt?: string;
  readonly logs?: Readonly<Record<string, string>>;
  readonly file?: string;
  /** Files that the test opened. */
  readonly properties?: Readonly<Record<string, string | number>>;
  readonly reads?: readonly string[];
}

/** A suite whose results the test chooses. It counts its runs, so that a test can prove that nothing ran. */
export class FakeSuite {
  readonly directory: string;
  readonly script: string;

  constructor(directory: string) {
    this.directory = directory;
    this.script = join(directory, "suite.sh");
    mkdirSync(directory, { recursive: true });
    if (!existsSync(this.script)) this.answers([{ id: "tests/test_hello.py::test_hello", prompt: "Hello" }]);
  }

  /** How often the suite has been started. */
  get runs(): number {
    const file = join(this.directory, "runs");
    return existsSync(file) ? readFileSync(file, "utf8").length : 0;
  }

  /** From now on the suite reports these tests. `before` and `after` are shell lines around the events. */
  answers(
    tests: readonly FakeTest[],
    {
      exit = 0,
      before = "",
      after = "",
      complete = true,
      also = [],
    }: {
      exit?: number;
      before?: string;
      after?: string;
      complete?: boolean;
      /** More events, of no test. */
      also?: readonly object[];
    } = {},
  ): void {
    const events = join(this.directory, "events.ndjson");
    writeFileSync(events, eventLines(tests, complete, also));
    this.does(`${before}\ncp "${events}" "$GATE_EVENTS/1-main.ndjson"\n${after}\nexit ${exit}`);
  }

  /** Damages the events that `answers` has written: a function over their lines. */
  cutEvents(change: (lines: readonly string[]) => readonly string[], ending = "\n"): void {
    const events = join(this.directory, "events.ndjson");
    const lines = readFileSync(events, "utf8").trimEnd().split("\n");
    writeFileSync(events, `${change(lines).join("\n")}${ending}`);
  }

  /** From now on the suite is these shell lines. */
  does(lines: string): void {
    writeFileSync(this.script, `printf x >> "${join(this.directory, "runs")}"\n${lines}\n`);
  }
}

function eventLines(tests: readonly FakeTest[], complete: boolean, also: readonly object[]): string {
  const time = "2026-02-13T14:27:22.000Z";
  const events: object[] = [{ type: "hello", role: "main", runner: { name: "fake", version: "1" }, pid: 1 }];
  const named = tests.map((test) => ({ file: null, name: test.id.split("::").at(-1) ?? test.id, ...test }));
  events.push({ type: "plan", tests: named.map(({ id, name, file }) => ({ id, name, file })) });
  for (const {
    id,
    name,
    file,
    outcome = "passed",
    message = null,
    prompt,
    logs = { "session.log": "ready\n" },
    reads,
    properties = {},
  } of named) {
    events.push({ type: "test-start", id, name, file });
    if (prompt !== undefined)
      events.push({ type: "turn", id, turn: { kind: "prompt", text: prompt, tier: "simple" } });
    for (const [log, text] of Object.entries(logs)) events.push({ type: "log", id, name: log, text });
    if (reads !== undefined) events.push({ type: "reads", id, paths: reads });
    events.push({ type: "test-end", id, outcome, duration: 0.1, message, properties });
  }
  events.push(...also);
  if (complete) events.push({ type: "end", tests: tests.length });
  return events.map((event, seq) => `${JSON.stringify({ v: 1, seq, time, ...event })}\n`).join("");
}
