import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  carriersOf,
  type ExecutionRig,
  eventually,
  executionRig,
  newSessionId,
  processesNaming,
} from "../rig/execution.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What stands for gate: a program of its own that runs a suite, so that it can be killed. */
const DRIVER = `
import { executeSuite } from ${JSON.stringify(join(import.meta.dirname, "../../src/suite/execute.ts"))};
const [directory, sessionId, command] = process.argv.slice(2);
await executeSuite({
  command,
  cwd: directory,
  env: { PATH: process.env.PATH ?? "" },
  timeoutMs: 600_000,
  graceMs: 60_000,
  sessionId,
  outputPath: directory + "/output.log",
  echo: process.stderr,
  abort: new AbortController().signal,
});
`;

let workshop: ExecutionRig;
let rig: ExecutionRig;
let driverPath: string;

beforeAll(async () => {
  workshop = executionRig();
  const source = join(workshop.directory, "driver.ts");
  driverPath = join(workshop.directory, "driver.mjs");
  writeFileSync(source, DRIVER);
  const bundle = await rolldown({ input: source, platform: "node" });
  await bundle.write({ file: driverPath, format: "esm", codeSplitting: false });
  await bundle.close();
});

afterAll(() => workshop.remove());

beforeEach(() => {
  rig = executionRig();
});

afterEach(() => rig.remove());

interface Driver {
  readonly process: ChildProcess;
  /** All that holds the driver's standard error has let go of it. */
  readonly closed: Promise<void>;
  readonly text: () => string;
  readonly until: (text: string) => Promise<void>;
}

function startDriver(command: string): Driver {
  const child = spawn(process.execPath, [driverPath, rig.directory, rig.sessionId, command], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  return {
    process: child,
    closed: new Promise((resolve) => child.once("close", () => resolve())),
    text: () => text,
    until: (wanted) => eventually(() => text.includes(wanted)),
  };
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) throw new Error("it did not start");
  process.kill(pid, signal);
}

describe.skipIf(process.platform !== "linux")("gate that is killed (kill -9)", () => {
  it("leaves no process of the suite, however it ignores signals or became a daemon", async () => {
    const driver = startDriver(
      "trap '' TERM INT HUP; setsid sh -c 'sleep 300; :' & sh -c 'sleep 301; :' & wait",
    );
    // The suite's shell, two more shells, and their sleeps.
    await eventually(() => carriersOf(rig.sessionId).length === 5);
    kill(driver.process.pid, "SIGKILL");
    await eventually(() => carriersOf(rig.sessionId).length === 0);
    await eventually(() => processesNaming(`GATE_SESSION=${rig.sessionId}`).length === 0);
  });

  it("leaves none of a child that cleared its environment within the suite's group", async () => {
    const driver = startDriver('env -i sleep "300.$$" & echo "child 300.$$"; wait');
    await driver.until("\n");
    const sleeper = `sleep\0${driver.text().trim().replace("child ", "")}`;
    await eventually(() => processesNaming(sleeper).length === 1);
    kill(driver.process.pid, "SIGKILL");
    await eventually(() => processesNaming(sleeper).length === 0);
  });

  it("holds nobody's pipe open", async () => {
    const driver = startDriver("echo ready; sleep 300");
    await driver.until("ready");
    kill(driver.process.pid, "SIGKILL");
    await driver.closed;
    expect(driver.process.signalCode).toBe("SIGKILL");
  });

  it("is cleaned up after even where the whole group of gate was killed", async () => {
    const driver = startDriver("echo ready; sleep 300");
    await driver.until("ready");
    const { pid } = driver.process;
    kill(pid === undefined ? undefined : -pid, "SIGKILL");
    await eventually(() => carriersOf(rig.sessionId).length === 0);
  });
});

describe.skipIf(process.platform !== "linux")("gate inside a suite of gate", () => {
  it("takes its own suite along when the outer suite is stopped", async () => {
    const inner = newSessionId();
    const abort = new AbortController();
    const daemon = "setsid sleep 300 & echo ready; wait";
    const running = rig.execute(`exec "$NODE" "$DRIVER" "${rig.directory}" "${inner}" "${daemon}"`, {
      env: { PATH: process.env.PATH ?? "", NODE: process.execPath, DRIVER: driverPath },
      outputPath: join(rig.directory, "outer.log"),
      abort: abort.signal,
      graceMs: 1000,
    });
    await eventually(() => carriersOf(inner).length === 2);
    abort.abort();
    await running;
    await eventually(() => carriersOf(inner).length === 0 && carriersOf(rig.sessionId).length === 0);
  });
});

describe("gate that ends by itself", () => {
  it("is not kept alive by the watchdog, nor is its pipe", async () => {
    const driver = startDriver("echo done");
    await driver.closed;
    expect(driver.process.exitCode).toBe(0);
    expect(rig.output()).toBe("done\n");
  });
});
