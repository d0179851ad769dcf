import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { captureAtOnce, captureProcess, succeeded } from "../../src/adapters/process/capture.ts";

vi.setConfig({ testTimeout: 60_000 });

const options = { cwd: tmpdir(), env: { PATH: process.env.PATH ?? "" } };

function sh(script: string, more: { input?: Uint8Array | string; timeoutMs?: number } = {}) {
  return captureProcess("sh", ["-c", script], { ...options, ...more });
}

describe("capturing a process", () => {
  it("keeps every byte of both streams apart", async () => {
    const captured = await sh("printf 'a\\000\\377'; printf 'b\\376' >&2");
    expect(captured).toMatchObject({ started: true, code: 0, signal: null, timedOut: false });
    expect(captured.started && [...captured.stdout]).toEqual([0x61, 0x00, 0xff]);
    expect(captured.started && [...captured.stderr]).toEqual([0x62, 0xfe]);
  });

  it("passes bytes to standard input, far more than a pipe holds", async () => {
    const input = Buffer.alloc(3_000_000, 0xfe);
    const captured = await sh("cat", { input });
    expect(captured.started && captured.stdout.equals(input)).toBe(true);
  });

  it("gives an empty standard input where there is nothing to pass", async () => {
    expect(await sh("cat; echo end")).toMatchObject({ stdout: Buffer.from("end\n") });
  });

  it("lets a process leave its input unread", async () => {
    const captured = await sh("exit 0", { input: Buffer.alloc(3_000_000) });
    expect(succeeded(captured)).toBe(true);
  });

  it("calls only exit code 0 a success", async () => {
    expect(succeeded(await sh("exit 0"))).toBe(true);
    expect(succeeded(await sh("exit 1"))).toBe(false);
    expect(succeeded(await sh("kill -TERM $$"))).toBe(false);
    expect(succeeded(await captureProcess("no-such-program", [], options))).toBe(false);
  });

  it("tells the signal", async () => {
    expect(await sh("kill -TERM $$")).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  it.each([
    ["the program", "no-such-program", options.cwd],
    ["the directory", "sh", join(options.cwd, "no-such-directory")],
  ])("says that it did not start where %s is missing", async (_case, file, cwd) => {
    const captured = await captureProcess(file, [], { ...options, cwd });
    expect(captured).toMatchObject({ started: false, reason: expect.stringContaining("ENOENT") });
  });

  it("says that it did not start where the arguments are too long", async () => {
    const captured = await captureProcess("sh", ["-c", `: ${"x".repeat(10_000_000)}`], options);
    expect(captured).toMatchObject({ started: false, reason: expect.stringContaining("E2BIG") });
  });

  it("ends at its time limit, with children that hold the pipe, and keeps what came until then", async () => {
    const captured = await sh("echo early; sleep 300 & sleep 300", { timeoutMs: 1000 });
    expect(captured).toMatchObject({ timedOut: true, signal: "SIGKILL", stdout: Buffer.from("early\n") });
    expect(succeeded(captured)).toBe(false);
  });
});

describe("waiting for a process with everything else", () => {
  const wait = (script: string, timeoutMs: number) =>
    captureAtOnce("sh", ["-c", script], { ...options, timeoutMs });

  it("gives what it said and how it ended", () => {
    const captured = wait("printf a; printf b >&2; exit 3", 60_000);
    expect(captured).toMatchObject({ started: true, code: 3, signal: null, timedOut: false });
    expect(captured).toMatchObject({ stdout: Buffer.from("a"), stderr: Buffer.from("b") });
    expect(succeeded(wait("exit 0", 60_000))).toBe(true);
  });

  it("ends after its time, and that is no success", () => {
    const captured = wait("trap '' TERM; printf a; exec sleep 600", 300);
    expect(captured).toMatchObject({ started: true, code: null, signal: "SIGKILL", timedOut: true });
    expect(succeeded(captured)).toBe(false);
  });
});
