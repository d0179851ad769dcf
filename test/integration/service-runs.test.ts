import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../src/adapters/files/life.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { freePort, isGivenUp, writeServer } from "../rig/server.ts";
import { gateOf, livingProcesses, start, until } from "../rig/started.ts";

interface Served {
  readonly rig: Rig;
  readonly port: number;
  readonly session: () => string;
}

const REQUEST = (path: string) =>
  `"${process.execPath}" -e 'fetch("http://127.0.0.1:" + process.env.GATE_SERVICE_LLM_PORT + "${path}").then(r => r.text(), e => e.message).then(console.log)'`;

async function served(lines: string = "", run?: string): Promise<Served> {
  const rig = await Rig.create();
  const port = await freePort();
  const command = run ?? writeServer(rig.base)(port, "llm");
  rig.writeProject(
    `    services:\n      llm:\n        run: ${JSON.stringify(command)}\n        port: ${port}\n${lines}`,
  );
  await rig.git("add", ".");
  const session = () => {
    const names = readdirSync(join(rig.directory, ".gate/sessions")).toSorted();
    return join(rig.directory, ".gate/sessions", names.at(-1) ?? "");
  };
  return { rig, port, session };
}

function logOf(session: string): string {
  const [name = ""] = readdirSync(session).filter((one) => one.startsWith("svc_"));
  return name === "" ? "" : readFileSync(join(session, name), "utf8");
}

const PASSED = [{ id: "tests/test_a.py::test_a" }];
const of = (session: string, name: string) => readFileSync(join(session, name), "utf8");

describe("a suite with a service", () => {
  it("finds it at its port, and leaves nothing behind", async () => {
    const { rig, port, session } = await served("        model: tiny\n");
    rig.suite.answers(PASSED, { before: REQUEST("/hello") });
    const ended = await rig.gate("run");
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining("left")]);
    expect(of(session(), "output.log")).toBe('{"name":"llm","url":"/hello"}\n');
    expect(logOf(session())).toBe("llm: loading the model\nllm: listening\nllm: /hello\n");
    expect(of(session(), "progression.log")).toMatch(
      /Loading Model: tiny\n.*Service llm \(tiny\) on port \d+: ready\n[\s\S]*Service llm \(tiny\) on port \d+: stopped\n/,
    );
    expect(await isGivenUp(port)).toBe(true);
    expect(livingProcesses(rig)).toEqual([]);
  });

  it("is not told of the repository that is being committed to", async () => {
    const { rig, session } = await served("", 'env | grep -c "^GIT_DIR\\|^GIT_INDEX_FILE"; exit 1');
    await rig.tryCommit("first");
    expect(logOf(session())).toBe("0\n");
  });

  it("is not run where the service does not come up, and this is no failure of the suite", async () => {
    const { rig, session } = await served("", "echo no such model >&2; exit 7");
    const ended = await rig.gate("run");
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain("The service llm exited with 7; the suite was not started.");
    expect(ended.stderr).toContain("llm: no such model");
    expect(ended.stderr).toMatch(/All it said: {2}\.gate\/sessions\/RUN_[\d_]+\/svc_llm_llm_\d+_\d+\.log/);
    expect(rig.suite.runs).toBe(0);
    expect(JSON.parse(of(session(), "session.json")).ended).toMatchObject({
      verdict: "incomplete",
      end: { kind: "service-failed", when: "starting" },
    });
  });

  it("is ended at once when the service dies, with its last words", async () => {
    const { rig, session } = await served();
    rig.suite.does(`${REQUEST("/die")}\nsleep 300`);
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("The service llm exited with 9 while the suite ran.");
    expect(ended.stderr).toContain("llm: llm: out of luck");
    expect(JSON.parse(of(session(), "session.json")).ended).toMatchObject({
      verdict: "incomplete",
      end: { kind: "service-failed", when: "running" },
    });
    expect(livingProcesses(rig)).toEqual([]);
  });

  it("does not keep gate alive where the suite cannot be prepared", async () => {
    const inTheWay =
      "for one in .gate/sessions/*; do mkdir $one/reporter.json; done; echo begun; exec sleep 300";
    const { rig } = await served("        ready: { log: begun }\n", inTheWay);
    const ended = await rig.gate("run");
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain("illegal operation on a directory");
    expect(rig.suite.runs).toBe(0);
    expect(livingProcesses(rig)).toEqual([]);
  });

  it("says who is at its port", async () => {
    const { rig, port } = await served();
    const other = start(rig, "/bin/sh", ["-c", writeServer(rig.base)(port, "other")]);
    await until(() => other.said().includes("listening"), "the other server");
    const ended = await rig.gate("run");
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(`listens at port ${port}, which the service llm needs`);
    expect(ended.stderr).toContain("replace: true");
    other.signalGroup("SIGKILL");
    await other.ended;
  });

  it("takes its port over where it may", async () => {
    const { rig, port, session } = await served("        replace: true\n");
    const other = start(rig, "/bin/sh", ["-c", writeServer(rig.base)(port, "llm")]);
    await until(() => other.said().includes("listening"), "the other server");
    rig.suite.answers(PASSED, { before: REQUEST("/hello") });
    expect((await rig.gate("run")).code).toBe(0);
    await other.ended;
    expect(logOf(session())).toContain("llm: /hello");
  });

  it("is stopped with gate, also when gate is killed", async () => {
    const { rig, port } = await served();
    rig.suite.does("sleep 300");
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const run = start(rig, "git", ["commit", "-m", "due"]);
      await until(() => rig.suite.runs > (signal === "SIGINT" ? 0 : 1), "the suite to run");
      const gate = gateOf(rig);
      if (gate !== null) process.kill(gate, signal);
      await run.ended;
      await until(() => livingProcesses(rig).length === 0, `all to be gone after ${signal}`, 10_000);
      expect(await isGivenUp(port)).toBe(true);
    }
  });

  it("goes when gate is killed also where it has lost its environment, as with a title of its own", async () => {
    const { rig } = await served(
      "        ready: start\n",
      "echo $$ >service.pid; exec env -i /bin/sleep 300",
    );
    rig.write(".gitignore", ".gate/\nservice.pid\n");
    await rig.git("add", ".");
    rig.suite.does("sleep 300");
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(() => rig.suite.runs > 0, "the suite to run");
    const service = Number(rig.read("service.pid"));
    await until(
      () => readFileSync(`/proc/${service}/environ`).length === 0,
      "the service to be another program",
    );
    run.signal("SIGKILL");
    await run.ended;
    await until(() => !isAlive(service, null), "the service to be gone", 10_000);
  });

  it.each(["SIGINT", "SIGKILL"] as const)("is not waited for after %s, and goes as well", async (signal) => {
    const { rig, session } = await served("        ready: { log: never }\n", "echo begun; sleep 300");
    const run = start(rig, process.execPath, [GATE, "run"]);
    const begun = () =>
      rig.exists(".gate/sessions") && existsSync(session()) && logOf(session()) === "begun\n";
    await until(begun, "the service to start");
    run.signal(signal);
    expect((await run.ended).code).toBe(signal === "SIGINT" ? 130 : null);
    await until(() => livingProcesses(rig).length === 0, "all to be gone", 10_000);
    expect(rig.suite.runs).toBe(0);
  });

  it("has it in its red phase as well", async () => {
    const { rig, port } = await served();
    rig.suite.answers([{ id: "tests/test_a.py::test_a", outcome: "failed", message: "assert 1 == 2" }], {
      before: REQUEST("/red"),
      exit: 1,
    });
    const ended = await rig.gate("run", "--red", "tests/test_a.py::test_a");
    expect([ended.code, ended.stdout + ended.stderr]).toEqual([0, expect.stringContaining('"url":"/red"')]);
    expect(await isGivenUp(port)).toBe(true);
  });

  it("is stale when the service changes, and not when only its log's name does", async () => {
    const { rig } = await served();
    rig.suite.answers(PASSED);
    await rig.commit("first");
    expect(await rig.decision()).toBe("fresh");
    rig.write("gate.yaml", `${rig.read("gate.yaml")}        model: other\n        ready: { http: / }\n`);
    await rig.git("add", ".");
    expect(await rig.decision()).toBe("fresh");
    rig.write("gate.yaml", `${rig.read("gate.yaml")}        env: { CONTEXT: 4096 }\n`);
    await rig.git("add", ".");
    expect(await rig.decision()).toBe("run");
  });
});
