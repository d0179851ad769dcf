import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { freePort, writeServer } from "../rig/server.ts";
import { livingProcesses, type Started, start, until } from "../rig/started.ts";

/** So many kills: `GATE_KILLS=200 npx vitest run test/integration/kill-sessions.test.ts` tries more of them. */
const KILLS = Number(process.env.GATE_KILLS ?? 10);
const SEED = Number(process.env.GATE_KILLS_SEED ?? 20_261_121);
const TESTS = 40;

/** Whom a kill -9 hits. `whenever`: gate, at any time from its start to its end, not at a count of events. */
const VICTIMS = ["gate", "whenever", "suite", "service", "terminal"] as const;
type Victim = (typeof VICTIMS)[number];

/** Reports as it goes, leaves out what has ended, and has a child that wants to outlive it. */
const RUNNER = `
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
const [pace] = process.argv.slice(2);
const settings = JSON.parse(readFileSync(process.env.GATE_SETTINGS, "utf8"));
const ended = new Set(settings.ended === undefined ? [] : JSON.parse(readFileSync(settings.ended, "utf8")));
const file = process.env.GATE_EVENTS + "/" + process.pid + "-0123456789abcdef.ndjson";
let seq = 0;
const say = (event) => {
  appendFileSync(file, JSON.stringify({ v: 1, seq, time: new Date().toISOString(), ...event }) + "\\n");
  seq += 1;
};
say({ type: "hello", role: "main", runner: { name: "killable", version: "1" }, pid: process.pid, resumes: true });
const child = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
const tests = Array.from({ length: ${TESTS} }, (_, index) => {
  const path = "tests/" + (index % 2 === 0 ? "llm" : "stt") + "/test_model.py";
  return { id: path + "::test_" + index, name: "test_" + index, file: path };
}).filter(({ id }) => !ended.has(id));
say({ type: "plan", tests });
let count = 0;
for (const test of tests) {
  say({ type: "test-start", ...test });
  say({ type: "turn", id: test.id, turn: { kind: "prompt", text: "Hello" } });
  say({ type: "log", id: test.id, name: "session.log", text: "answered\\n" });
  const pause = Number(readFileSync(pace, "utf8"));
  if (pause > 0) await delay(pause);
  say({ type: "test-end", id: test.id, outcome: "passed", duration: 0.01, message: null, properties: {} });
  count += 1;
}
child.kill("SIGKILL");
say({ type: "end", tests: count });
`;

interface Killable {
  readonly rig: Rig;
  readonly sessions: string;
  readonly pace: (milliseconds: number) => void;
}

async function killable(): Promise<Killable> {
  const rig = await Rig.create({ hooks: false });
  const port = await freePort();
  const serve = JSON.stringify(writeServer(rig.base)(port, "llm"));
  rig.writeProject(
    `    flaky: accept\n    services:\n      llm:\n        run: ${serve}\n        port: ${port}\n        replace: true\n`,
  );
  await rig.git("add", ".");
  await rig.git("commit", "-qm", "first");
  writeFileSync(join(rig.base, "runner.mjs"), RUNNER);
  const pace = join(rig.base, "pace");
  rig.suite.does(`exec "${process.execPath}" "${join(rig.base, "runner.mjs")}" "${pace}"`);
  const sessions = join(rig.directory, ".gate/sessions");
  return { rig, sessions, pace: (milliseconds) => writeFileSync(pace, String(milliseconds)) };
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const COMMAND: Readonly<Record<Exclude<Victim, "terminal">, RegExp>> = {
  gate: /bin\/gate\.js /,
  whenever: /bin\/gate\.js /,
  suite: /runner\.mjs/,
  service: /server\.cjs/,
};

function begin({ rig }: Killable, victim: Victim): Started {
  const run = [GATE, "run", "--force"];
  if (victim !== "terminal") return start(rig, process.execPath, run);
  const line = [process.execPath, ...run].map((word) => `"${word}"`).join(" ");
  return start(rig, "script", ["-qec", line, "/dev/null"], { TERM: "xterm" });
}

function kill({ rig }: Killable, victim: Victim, run: Started): void {
  if (victim === "terminal") {
    run.signal("SIGKILL");
    return;
  }
  const found = livingProcesses(rig).find(({ command }) => COMMAND[victim].test(command));
  try {
    if (found !== undefined) process.kill(found.pid, "SIGKILL");
  } catch {
    // it has just ended
  }
}

function newest(sessions: string): string {
  return (
    readdirSync(sessions)
      .filter((name) => name.startsWith("RUN_"))
      .toSorted(byTime)
      .at(-1) ?? ""
  );
}

function byTime(left: string, right: string): number {
  const [time, other] = [left.slice(0, 19), right.slice(0, 19)];
  if (time !== other) return time < other ? -1 : 1;
  return left.length - right.length || (left < right ? -1 : 1);
}

function below(directory: string, ending: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(directory, name));
}

interface ToldEvent {
  readonly type: string;
  readonly id: string;
}

/** What the events of a session tell, without a last line that was cut off. */
function told(session: string): ToldEvent[] {
  return below(session, ".ndjson")
    .flatMap((file) => readFileSync(file, "utf8").split("\n").slice(0, -1))
    .map((line): ToldEvent => JSON.parse(line));
}

const ended = (session: string) => told(session).flatMap(({ type, id }) => (type === "test-end" ? [id] : []));

/** The ids in the files of the domains. */
function inDomains(session: string): string[] {
  return ["llm.json", "stt.json"].flatMap((name) => {
    const files = readdirSync(session).filter((one) => one === name);
    return files.flatMap((file) => {
      const document: { results: { id: string }[] } = JSON.parse(readFileSync(join(session, file), "utf8"));
      return document.results.map(({ id }) => id);
    });
  });
}

/** Until the instant has come, or the run has ended before. */
async function untilInstant(
  { sessions }: Killable,
  victim: Victim,
  run: Started,
  random: () => number,
  before: string,
): Promise<void> {
  let isOver = false;
  void run.ended.then(() => {
    isOver = true;
  });
  if (victim === "whenever") {
    await Promise.race([delay(random() * 2500), run.ended]);
    return;
  }
  const wanted = Math.floor(random() * TESTS * 4);
  while (!isOver) {
    const name = newest(sessions);
    if (name !== before && told(join(sessions, name)).length >= wanted) break;
    await turn();
  }
  await delay(random() * 30);
}

/** Everything that has to hold at once after a kill, before anybody comes to mend it. */
async function expectWhole({ rig, sessions }: Killable): Promise<void> {
  await until(() => livingProcesses(rig).length === 0, "every process of the run to end", 15_000);
  for (const file of [...below(sessions, ".json"), ...below(join(rig.directory, ".git/gate"), ".json")])
    expect(() => JSON.parse(readFileSync(file, "utf8")), file).not.toThrow();
  expect(readdirSync(join(rig.directory, ".git")).filter((name) => name.endsWith(".lock"))).toEqual([]);
}

/** The next run starts and succeeds: a new one, or one that goes on where the killed one was. */
async function expectNext(world: Killable, session: string, victim: Victim, resumes: boolean): Promise<void> {
  const { rig, sessions } = world;
  const events = told(join(sessions, session));
  const count = (wanted: string) => events.filter(({ type }) => type === wanted).length;
  const over = count("test-end");
  const hasRest = over > 0 && over < TESTS;
  // what a suite dies of between two tests the rest would not meet again
  const isBetween = victim === "suite" && count("test-start") === over;
  world.pace(0);
  const next = await rig.gate(
    "run",
    ...(resumes && hasRest && !isBetween ? ["--from", session] : ["--force"]),
  );
  expect([next.code, next.stderr]).toEqual([0, expect.not.stringContaining("bug in gate")]);
  const directory = join(sessions, session);
  expect(inDomains(directory).toSorted()).toEqual(ended(directory).toSorted());
  const manifest: { tests: object } = JSON.parse(rig.read("test-reports/model-tests.json"));
  expect(Object.keys(manifest.tests)).toHaveLength(TESTS);
  expect(await rig.decision()).toBe("fresh");
  expect(await rig.git("fsck", "--strict", "--no-dangling")).toBe("");
}

describe("kill -9", { timeout: 60_000 + KILLS * 20_000 }, () => {
  it.each(VICTIMS)(
    "of: %s, at any instant, leaves all that had finished, and nothing running",
    async (victim) => {
      const world = await killable();
      const random = seeded(SEED + VICTIMS.indexOf(victim));
      world.pace(0);
      expect((await world.rig.gate("run")).code).toBe(0);
      for (let round = 0; round < KILLS / VICTIMS.length; round += 1) {
        const before = newest(world.sessions);
        world.pace(5 + Math.floor(random() * 20));
        const run = begin(world, victim);
        await untilInstant(world, victim, run, random, before);
        kill(world, victim, run);
        await run.ended;
        await expectWhole(world);
        const session = newest(world.sessions);
        if (session === before) continue;
        const directory = join(world.sessions, session);
        // who was not killed itself has told of all
        if (victim === "suite" || victim === "service")
          expect(inDomains(directory).toSorted()).toEqual(ended(directory).toSorted());
        await expectNext(world, session, victim, round % 2 === 0);
      }
    },
  );
});
