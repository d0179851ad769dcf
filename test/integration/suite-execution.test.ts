import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { collector, type ExecutionRig, executionRig } from "../rig/execution.ts";
import { GATE, Rig } from "../rig/repository.ts";

vi.setConfig({ testTimeout: 60_000 });

let rig: ExecutionRig;

beforeEach(() => {
  rig = executionRig();
});

afterEach(() => rig.remove());

describe("the end of a suite", () => {
  it("is its exit code", async () => {
    expect((await rig.execute("exit 0")).end).toEqual({ kind: "exited", code: 0 });
    expect((await rig.execute("exit 3")).end).toEqual({ kind: "exited", code: 3 });
  });

  it("is the signal that it died of", async () => {
    const { end } = await rig.execute("kill -SEGV $$");
    expect(end).toEqual({ kind: "signalled", signal: "SIGSEGV" });
  });

  it("is not-started, with the reason, where the directory is gone", async () => {
    const { end } = await rig.execute("exit 0", { cwd: join(rig.directory, "gone") });
    expect(end).toMatchObject({ kind: "not-started", reason: expect.stringContaining("gone") });
  });

  it("is interrupted, and nothing was run, where the abort came before the start", async () => {
    const { end } = await rig.execute("touch was-run", { abort: AbortSignal.abort() });
    expect(end).toEqual({ kind: "interrupted" });
    expect(existsSync(join(rig.directory, "was-run"))).toBe(false);
  });

  it("comes with the times of the run", async () => {
    const { startedAt, endedAt, durationMs } = await rig.execute("exit 0");
    expect(new Date(startedAt).toISOString()).toBe(startedAt);
    expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt));
    expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  it("says that memory ran out where the kernel's counter rose", async () => {
    let kills = 0;
    const oomKills = () => ({ group: kills++, machine: null });
    const { outOfMemory } = await rig.execute("kill -KILL $$", { oomKills });
    expect(outOfMemory).toBe("the kernel killed 1 process here for want of memory (cgroup oom_kill)");
    const unproved = await rig.execute("kill -KILL $$", { oomKills: () => ({ group: 7, machine: 7 }) });
    expect(unproved.end).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(unproved.outOfMemory).toBeNull();
  });
});

describe("what a suite sees", () => {
  it("is an empty standard input, its environment and the id of its session", async () => {
    const env = { PATH: process.env.PATH ?? "", COLOUR: "green" };
    await rig.execute('cat; echo "$COLOUR $GATE_SESSION $HOME"', { env });
    expect(rig.output()).toBe(`green ${rig.sessionId} \n`);
  });

  it("is no terminal to be asked on", async () => {
    const { end } = await rig.execute("exec 2>/dev/null; : </dev/tty");
    expect(end).not.toEqual({ kind: "exited", code: 0 });
  });
});

describe("the output of a suite", () => {
  it("arrives in both places, with both streams in their order", async () => {
    const echo = collector();
    await rig.execute("echo one; echo two >&2; echo three; printf four >&2", { echo: echo.stream });
    expect(rig.output()).toBe("one\ntwo\nthree\nfour");
    expect(echo.text()).toBe("one\ntwo\nthree\nfour");
  });

  it("arrives byte for byte, 50 MB of it and whatever the bytes", async () => {
    const hash = createHash("sha256");
    const echo = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        hash.update(chunk);
        done();
      },
    });
    const { end, outputProblem } = await rig.execute("head -c 52428800 /dev/urandom | tee original", {
      echo,
    });
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect(outputProblem).toBeNull();
    const original = await digestOf(join(rig.directory, "original"));
    expect(await digestOf(rig.outputPath)).toBe(original);
    expect(hash.digest("hex")).toBe(original);
  });

  it("comes no faster than the echo takes it, so that it never piles up in memory", async () => {
    let waiting = 0;
    const echo = new Writable({
      write: (_chunk, _encoding, done) => {
        waiting = Math.max(waiting, echo.writableLength);
        setImmediate(done);
      },
    });
    await rig.execute("head -c 10000000 /dev/zero", { echo });
    expect(readFileSync(rig.outputPath).length).toBe(10_000_000);
    expect(waiting).toBeLessThan(1_000_000);
  });

  it("is kept whole where the echo breaks", async () => {
    const echo = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    const { end, outputProblem } = await rig.execute("seq 100000", { echo });
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect(outputProblem).toBeNull();
    expect(rig.output()).toMatch(/^1\n2\n(\d+\n)+100000\n$/);
  });

  it("is still shown where the file cannot be written, and the reason is told", async () => {
    const echo = collector();
    const outputPath = join(rig.directory, "gone", "output.log");
    const { end, outputProblem } = await rig.execute("seq 100000", { echo: echo.stream, outputPath });
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect(outputProblem).toContain("ENOENT");
    expect(echo.text()).toMatch(/\n100000\n$/);
  });

  it("does not end the echo", async () => {
    const echo = collector();
    await rig.execute("echo one", { echo: echo.stream });
    await rig.execute("echo two", { echo: echo.stream });
    expect(echo.text()).toBe("one\ntwo\n");
  });
});

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

describe("a suite's last line without an end", () => {
  async function unended(...args: readonly string[]): Promise<(script: string) => ReturnType<Rig["run"]>> {
    const repository = await Rig.create();
    repository.writeProject();
    const exit = args.includes("--red") ? 1 : 0;
    const outcome = exit === 1 ? "failed" : "passed";
    repository.suite.answers([{ id: "a::b", outcome, message: "no" }], { exit, after: "printf 'no end'" });
    await repository.git("add", ".");
    return (script) => repository.run("sh", ["-c", script, "sh", process.execPath, GATE, ...args]);
  }

  it.each([[["run"]], [["run", "--red", "a::b"]]])(
    "is ended where gate speaks below it: %j",
    async (args) => {
      const { stdout } = await (await unended(...args))('"$@" 2>&1');
      expect(stdout).toContain("no end\ngate  model-tests: ");
    },
  );

  it("is left as it is where gate speaks elsewhere", async () => {
    const { stdout, stderr } = await (await unended("run"))('"$@"');
    expect(stdout).toMatch(/^gate {2}model-tests: /);
    expect(stderr).toMatch(/no end$/);
  });
});
