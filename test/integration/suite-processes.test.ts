import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  carriersOf,
  collector,
  type ExecutionRig,
  eventually,
  executionRig,
  isAlive,
  newSessionId,
  processesNaming,
} from "../rig/execution.ts";

vi.setConfig({ testTimeout: 60_000 });

let rig: ExecutionRig;

beforeEach(() => {
  rig = executionRig();
});

afterEach(() => rig.remove());

const needsProc = it.skipIf(process.platform !== "linux");

describe("a suite that takes too long", () => {
  it("is asked to end, and may say its last words", async () => {
    const command = "trap 'echo cleaned up; exit 0' TERM; while :; do sleep 0.05; done";
    const { end } = await rig.execute(command, { timeoutMs: 1500 });
    expect(end).toEqual({ kind: "timed-out" });
    expect(rig.output()).toContain("cleaned up\n");
  });

  needsProc("dies of SIGKILL where it ignores SIGTERM", async () => {
    const command = "trap '' TERM; while :; do sleep 0.05; done";
    const { end, leftBehind } = await rig.execute(command, { timeoutMs: 200, graceMs: 200 });
    expect(end).toEqual({ kind: "timed-out" });
    expect(leftBehind).toEqual([]);
    expect(carriersOf(rig.sessionId)).toEqual([]);
  });

  needsProc("takes its grandchildren and its daemons with it", async () => {
    const command =
      "sh -c 'sleep 300 & sh -c \"sleep 301 & wait\" & wait' & setsid sh -c 'sleep 302; :' & wait";
    const { end } = await rig.execute(command, { timeoutMs: 300, graceMs: 200 });
    expect(end).toEqual({ kind: "timed-out" });
    expect(carriersOf(rig.sessionId)).toEqual([]);
  });

  needsProc("takes along a child that cleared its environment and left the session", async () => {
    const command = "env -i setsid sh -c 'echo $$; exec sleep 300' & wait";
    const echo = collector();
    const abort = new AbortController();
    const running = rig.execute(command, { echo: echo.stream, abort: abort.signal, graceMs: 200 });
    await echo.until("\n");
    abort.abort();
    await running;
    expect(isAlive(Number(echo.text()))).toBe(false);
  });
});

describe("a suite that is interrupted", () => {
  it("gets SIGINT, as from Ctrl-C, and may say its last words", async () => {
    const echo = collector();
    const abort = new AbortController();
    const command = "trap 'echo cleaned up; exit 0' INT; echo ready; while :; do sleep 0.05; done";
    const running = rig.execute(command, { echo: echo.stream, abort: abort.signal });
    await echo.until("ready");
    abort.abort();
    expect((await running).end).toEqual({ kind: "interrupted" });
    expect(rig.output()).toContain("cleaned up\n");
  });

  needsProc("is gone with its children, whatever it ignores", async () => {
    const echo = collector();
    const abort = new AbortController();
    const command = "trap '' INT TERM; sleep 300 & echo ready; wait";
    const running = rig.execute(command, { echo: echo.stream, abort: abort.signal, graceMs: 100 });
    await echo.until("ready");
    abort.abort();
    expect((await running).end).toEqual({ kind: "interrupted" });
    expect(carriersOf(rig.sessionId)).toEqual([]);
  });
});

describe("a suite that leaves processes behind", () => {
  it("has ended with its own process, though a child holds the pipe", async () => {
    const { end, leftBehind } = await rig.execute("sleep 300 & echo done");
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect(rig.output()).toBe("done\n");
    expect(leftBehind).toHaveLength(1);
  });

  needsProc("has them named and ended, a daemon in a session of its own included", async () => {
    const { end, leftBehind } = await rig.execute("setsid sleep 300 >/dev/null 2>&1 & exit 0");
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect(leftBehind.map(({ command }) => command)).toEqual(["sleep 300"]);
    expect(carriersOf(rig.sessionId)).toEqual([]);
  });

  it("has nothing to answer for where a child ends a moment later", async () => {
    const { leftBehind } = await rig.execute(
      "(while kill -0 $$; do sleep 0.01; done 2>/dev/null; echo late) & echo early",
    );
    expect(leftBehind).toEqual([]);
    expect(rig.output()).toBe("early\nlate\n");
  });

  needsProc("does not hang gate where the pipe's holder cannot be found", async () => {
    const daemon = "env -i setsid sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 300'";
    const { end } = await rig.execute(`(${daemon} &) ; while [ ! -e pid ]; do sleep 0.05; done; echo done`);
    const holder = Number(readFileSync(join(rig.directory, "pid"), "utf8"));
    try {
      expect(end).toEqual({ kind: "exited", code: 0 });
      expect(rig.output()).toBe("done\n");
      expect(isAlive(holder)).toBe(true);
    } finally {
      process.kill(holder, "SIGKILL");
    }
  });
});

describe("several sessions", () => {
  needsProc("leave each other alone, also where one id begins with the other", async () => {
    const echo = collector();
    const abort = new AbortController();
    const sessionId = `${rig.sessionId}_2`;
    const outputPath = join(rig.directory, "other.log");
    const other = rig.execute("echo ready; sleep 300", {
      sessionId,
      outputPath,
      echo: echo.stream,
      abort: abort.signal,
    });
    await echo.until("ready");
    await rig.execute("sleep 300", { timeoutMs: 100 });
    expect(carriersOf(sessionId)).not.toEqual([]);
    abort.abort();
    expect((await other).end).toEqual({ kind: "interrupted" });
  });

  needsProc("leave no watchdog once they have ended", async () => {
    const sessionId = newSessionId();
    const echo = collector();
    const abort = new AbortController();
    const running = rig.execute("echo ready; sleep 300", {
      sessionId,
      echo: echo.stream,
      abort: abort.signal,
    });
    await echo.until("ready");
    expect(processesNaming(`GATE_SESSION=${sessionId}`)).not.toEqual([]);
    abort.abort();
    await running;
    await eventually(() => processesNaming(`GATE_SESSION=${sessionId}`).length === 0);
  });
});
