import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takesConnections } from "../../src/adapters/network/answers.ts";
import { listenerAt } from "../../src/adapters/process/listener.ts";
import type { Service } from "../../src/config/configuration.ts";
import { replaceInstances } from "../../src/recording/services.ts";
import { type ServiceOptions, startServices } from "../../src/suite/services/run-services.ts";
import { freePort, isGivenUp } from "../rig/server.ts";

const NODE = process.execPath;
const SERVER = `
const [port, delay = "0"] = process.argv.slice(2);
console.log("loading the model");
setTimeout(() => {
  require("node:http").createServer((request, response) => {
    response.statusCode = request.url === "/health" ? 200 : 404;
    response.end();
  }).listen(Number(port), "127.0.0.1", () => console.log("listening on " + port));
}, Number(delay));
`;

let directory = "";
const stops: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gate-services-"));
  writeFileSync(join(directory, "server.cjs"), SERVER);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(directory, { recursive: true, force: true });
});

function service(given: Partial<Service>): Service {
  return {
    name: "llm",
    run: `exec "${NODE}" server.cjs ${given.port ?? ""}`,
    port: null,
    ready: { by: "tcp" },
    env: {},
    model: null,
    domain: null,
    replace: false,
    timeoutMs: 20_000,
    ...given,
  };
}

async function start(services: readonly Service[], given: Partial<ServiceOptions> = {}) {
  const states: string[] = [];
  const started = await startServices(services, {
    cwd: directory,
    env: { PATH: process.env.PATH ?? "" },
    directory,
    mark: crypto.randomUUID(),
    graceMs: 2000,
    now: () => new Date("2026-02-13T14:27:22Z"),
    abort: new AbortController().signal,
    mayReplace: async () => true,
    changed: ({ name }, { state }) => states.push(`${name} ${state}`),
    ...given,
  });
  if (started.ok) stops.push(started.value.stop);
  return { started, states };
}

const read = (name: string) => readFileSync(join(directory, name), "utf8");

describe("a service", () => {
  it.each([
    ["it takes connections", { by: "tcp" }],
    ["its health is good", { by: "http", path: "/health" }],
    ["it says so", { by: "log", match: "^listening on \\d+$" }],
  ] as const)("is ready when %s, and is gone when it is stopped", async (_, ready) => {
    const port = await freePort();
    const { started, states } = await start([service({ port, ready, model: "qwen2.5:7b", domain: "chat" })]);
    expect(started.ok).toBe(true);
    expect(await takesConnections(port)).toBe(true);
    if (started.ok) expect(await started.value.stop()).toEqual({ left: [], unwritten: [] });
    expect(await isGivenUp(port)).toBe(true);
    expect(states).toEqual(["llm starting", "llm ready", "llm stopped"]);
    expect(read("svc_chat_qwen2.5-7b_20260213_142722.log")).toBe(`loading the model\nlistening on ${port}\n`);
  });

  it("that ends before it is ready is named with its last words, and those before it are stopped", async () => {
    const port = await freePort();
    const { started, states } = await start([
      service({ port }),
      service({ name: "broken", run: "echo no such model >&2; exit 7" }),
    ]);
    expect(started).toMatchObject({
      ok: false,
      error: {
        service: "broken",
        what: "the service broken exited with 7",
        lastLines: ["no such model"],
      },
    });
    expect(await isGivenUp(port)).toBe(true);
    expect(states).toEqual(["llm starting", "llm ready", "broken starting", "broken died", "llm stopped"]);
  });

  it("that is never ready is given up", async () => {
    const { started } = await start([
      service({ run: "sleep 60", ready: { by: "log", match: "ready" }, timeoutMs: 300 }),
    ]);
    expect(started).toMatchObject({
      ok: false,
      error: { what: "the service llm was not ready after 0.3 s", lastLines: [] },
    });
  });

  it("is found ready by a line in a flood, that comes in pieces", async () => {
    const flood = "head -c 3000000 /dev/zero | tr '\\0' 'x'; printf 'now it is re'; sleep 0.2; echo ady";
    const { started } = await start([
      service({ run: `${flood}; ${flood}; exec sleep 60`, ready: { by: "log", match: "now it is ready$" } }),
    ]);
    expect(started.ok).toBe(true);
  });

  it("has a log that a full disk cuts short, and goes on", async () => {
    const full = service({ run: "echo lost; exec sleep 60", model: "m" });
    symlinkSync("/dev/full", join(directory, "svc_llm_m_20260213_142722.log"));
    const { started } = await start([{ ...full, ready: { by: "log", match: "lost" } }]);
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    expect((await started.value.stop()).unwritten).toEqual([
      expect.stringMatching(/^svc_llm_m_20260213_142722\.log is not whole: ENOSPC/),
    ]);
  });

  it("that dies while a later one starts is not waited for", async () => {
    const dying = service({ name: "first", run: "sleep 0.3; exit 3", ready: { by: "start" } });
    const slow = service({ name: "slow", run: "sleep 60", ready: { by: "log", match: "never" } });
    const { started, states } = await start([dying, slow]);
    expect(started).toMatchObject({ ok: false, error: { what: "the service first exited with 3" } });
    expect(states).toEqual(["first starting", "first ready", "slow starting", "first died", "slow stopped"]);
  });

  it("is not waited for when the run is interrupted", async () => {
    const abort = new AbortController();
    const starting = start([service({ run: "sleep 60", ready: { by: "log", match: "never" } })], {
      abort: abort.signal,
    });
    abort.abort();
    expect((await starting).started).toEqual({ ok: false, error: "interrupted" });
  });

  it("has a log of its own, though another is of the same model and domain", async () => {
    const both = { model: "m", domain: "d", ready: { by: "log", match: "^[ab]$" } } as const;
    await start([
      service({ ...both, name: "a", run: "echo a; exec sleep 60" }),
      service({ ...both, name: "b", run: "echo b; exec sleep 60" }),
    ]);
    for (const stop of stops.splice(0)) await stop();
    expect(read("svc_d_m_20260213_142722.log")).toBe("a\n");
    expect(read("svc_d_m_20260213_142722_2.log")).toBe("b\n");
  });

  it("that dies while the suite runs says so at once", async () => {
    const port = await freePort();
    const dying = `"${NODE}" -e 'require("net").createServer(() => process.exit(5)).listen(${port})'`;
    const { started, states } = await start([service({ run: dying, port, ready: { by: "start" } })]);
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    while (!(await takesConnections(port))) await new Promise((resolve) => setImmediate(resolve));
    const { onDeath } = started.value;
    const failure = await new Promise<unknown>((resolve) => onDeath(resolve));
    expect(failure).toMatchObject({ what: "the service llm exited with 5" });
    await started.value.stop();
    expect(states).toEqual(["llm starting", "llm ready", "llm died"]);
  });

  it("is stopped with its children, also those that left its session", async () => {
    const port = await freePort();
    const { started } = await start([service({ run: `setsid "${NODE}" server.cjs ${port} & wait`, port })]);
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    expect(await started.value.stop()).toEqual({ left: [], unwritten: [] });
    expect(await isGivenUp(port)).toBe(true);
  });
});

describe("a port that is taken", () => {
  /** As somebody left it running, who was no gate. */
  async function leftOver(port: number): Promise<number> {
    const child = spawn(NODE, ["server.cjs", String(port)], { cwd: directory, stdio: "ignore" });
    stops.push(async () => child.kill("SIGKILL"));
    while (!(await takesConnections(port))) await new Promise((resolve) => setImmediate(resolve));
    return child.pid ?? 0;
  }

  it("is refused, with who has it", async () => {
    const port = await freePort();
    const pid = await leftOver(port);
    const { started } = await start([service({ port, name: "second" })]);
    expect(started).toMatchObject({
      ok: false,
      error: {
        what: `process ${pid} (${NODE} server.cjs ${port}) listens at port ${port}, which the service second needs`,
        hint: "End it, name another port, or write replace: true in gate.yaml.",
      },
    });
  });

  it("is taken over from an instance of the same command", async () => {
    const port = await freePort();
    const before = await leftOver(port);
    const { started } = await start([service({ port, replace: true })]);
    expect(started.ok).toBe(true);
    expect(listenerAt(port)?.pid).not.toBe(before);
  });

  it("is never taken from another gate that is at work", async () => {
    const port = await freePort();
    await start([service({ port })]);
    const { started } = await start([service({ port, replace: true })]);
    expect(started).toMatchObject({
      ok: false,
      error: { what: expect.stringContaining("another gate has started it") },
    });
    expect(await takesConnections(port)).toBe(true);
  });

  it("is cleared before the run where the person says yes, or where nobody can be asked", async () => {
    const port = await freePort();
    const mine = service({ port, replace: true });
    await leftOver(port);
    const asked: string[] = [];
    const ask = (answer: boolean) => async (question: string) => {
      asked.push(question);
      return answer;
    };
    await replaceInstances([mine], { ask: ask(false) });
    await replaceInstances([service({ port })], { ask: ask(true) });
    expect(await takesConnections(port)).toBe(true);
    await replaceInstances([mine], { ask: ask(true) });
    expect(await isGivenUp(port)).toBe(true);
    await leftOver(port);
    await replaceInstances([mine], { ask: null });
    expect(await isGivenUp(port)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("is asked about anew where somebody else has taken it until the answer came", async () => {
    const port = await freePort();
    const first = await leftOver(port);
    const asked: string[] = [];
    let second = 0;
    const ask = async (question: string) => {
      asked.push(question);
      if (asked.length > 1) return true;
      process.kill(first, "SIGKILL");
      while (await takesConnections(port)) await new Promise((resolve) => setImmediate(resolve));
      second = await leftOver(port);
      return true;
    };
    await replaceInstances([service({ port, replace: true })], { ask });
    expect(asked).toEqual([expect.stringContaining(`${first}`), expect.stringContaining(`${second}`)]);
    expect(await isGivenUp(port)).toBe(true);
  });

  it("is left to another program, and to a person who says no", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    stops.push(() => new Promise((resolve) => other.close(resolve)));
    expect((await start([service({ port, replace: true })])).started).toMatchObject({
      ok: false,
      error: { what: expect.stringContaining("it is another program") },
    });
    const second = await freePort();
    await leftOver(second);
    const asked: string[] = [];
    const { started } = await start([service({ port: second, replace: true })], {
      mayReplace: async (question) => {
        asked.push(question);
        return false;
      },
    });
    expect(started.ok).toBe(false);
    expect(asked).toEqual([expect.stringContaining(`listens at port ${second}?`)]);
    expect(await takesConnections(second)).toBe(true);
  });
});
