import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT, Rig } from "../rig/repository.ts";
import { freePort, writeServer } from "../rig/server.ts";
import { livingProcesses } from "../rig/started.ts";

const STEPS = { llm: 7, stt: 5 } as const;
type Domain = keyof typeof STEPS;
const DOMAINS: readonly Domain[] = ["llm", "stt"];

const tests = (domain: Domain) => `
import { test } from "node:test";
import assert from "node:assert";
import { gateRecord } from "${join(PROJECT, "plugins/record.js")}";

gateRecord({ id: null }).log("reconciliation.log", "${domain}: nothing to reconcile\\n");
const url = "http://127.0.0.1:" + process.env.GATE_SERVICE_${domain.toUpperCase()}_PORT;
for (let step = 1; step <= ${STEPS[domain]}; step += 1) {
  test("${domain} step " + step, async (t) => {
    const record = gateRecord(t);
    const answer = await (await fetch(url + "/step/" + step)).json();
    record.prompt("step " + step);
    record.response(answer.url);
    record.property("prompt_tokens", 10 * step);
    record.log("adapter.log", "GET /step/" + step + "\\n");
    record.log("session.log", step + " tokens\\n", { component: "metrics" });
    record.log("validator.log", step === 3 ? "WARNING: slow answer\\n" : "healthy\\n");
    assert.equal(answer.name, "${domain}");
    if ("${domain}" === "stt") assert.notEqual(step, 4, "no such word");
  });
}
`;

async function sampleSuite(): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  const serve = writeServer(rig.base);
  const services = [];
  for (const domain of DOMAINS) {
    const port = await freePort();
    services.push(
      `      ${domain}:\n        run: ${JSON.stringify(serve(port, domain))}\n        port: ${port}\n` +
        `        ready: { http: /health }\n        model: ${domain}-tiny:q4\n        domain: ${domain}\n`,
    );
  }
  const reporter = join(PROJECT, "plugins/node-test/reporter.js");
  const command = `"${process.execPath}" --test --test-concurrency=1 --test-reporter="${reporter}" --test-reporter-destination=stdout tests/*/*.test.mjs`;
  rig.writeProject();
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: ${JSON.stringify(command)}\n    inputs: [src, tests]\n    services:\n${services.join("")}`,
  );
  for (const domain of DOMAINS) rig.write(`tests/${domain}/${domain}.test.mjs`, tests(domain));
  await rig.git("add", ".");
  await rig.git("commit", "-q", "-m", "first");
  return rig;
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
}

/** Two domains, two services that are real HTTP servers, twelve steps of which one fails. */
it("the trees that people asked for are there, file by file", { timeout: 120_000 }, async () => {
  const rig = await sampleSuite();
  const ended = await rig.gate("run");
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("no such word")]);
  const [name = ""] = readdirSync(join(rig.directory, ".gate/sessions"));
  expect(name).toMatch(/^RUN_\d{8}_\d{6}(?:_\d+)?$/);
  const session = join(rig.directory, ".gate/sessions", name);
  const read = (path: string) => readFileSync(join(session, path), "utf8");
  const lines = (path: string) => read(path).trimEnd().split("\n");

  const told = filesBelow(session).filter((path) => !/^(?:events|artifacts|texts)\//.test(path));
  const steps = Array.from({ length: 12 }, (_, index) => `step_${String(index + 1).padStart(3, "0")}`);
  const services = DOMAINS.map((domain) =>
    expect.stringMatching(`^svc_${domain}_${domain}-tiny-q4_\\d{8}_\\d{6}\\.log$`),
  );
  expect(told).toEqual(
    expect.arrayContaining([
      "system_info.yaml",
      "progression.log",
      "llm.json",
      "stt.json",
      ...services,
      "logs/run.log",
      "logs/reconciliation.log",
      ...steps.flatMap((step) =>
        ["adapter", "metrics", "orchestrator", "validator"].map((part) => `logs/${step}/${part}.log`),
      ),
      "logs_summary.txt",
      "session.json",
    ]),
  );
  expect(told.filter((path) => path.startsWith("logs/"))).toHaveLength(2 + 12 * 4);

  // system_info.yaml: host, git, the plan, the start
  const system = parse(read("system_info.yaml"));
  expect(system).toMatchObject({
    session: name,
    started: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    host: { os: expect.any(String), cpus: expect.any(Number), memory_bytes: expect.any(Number), gpus: [] },
    git: { commit: await rig.git("rev-parse", "HEAD"), branch: "main", dirty: [] },
    versions: { node: process.version, "node:test": process.versions.node },
    suite: {
      name: "model-tests",
      definition: {
        inputs: ["src", "tests"],
        services: [{ model: "llm-tiny:q4" }, { model: "stt-tiny:q4" }],
      },
    },
  });

  // progression.log: [HH:MM:SS] [LEVEL] message
  const course = lines("progression.log");
  expect(course.filter((line) => !/^\[\d\d:\d\d:\d\d\] \[(?:INFO|WARNING|ERROR)\] \S/.test(line))).toEqual(
    [],
  );
  const said = course.map((line) => line.replace(/^\[[\d:]+\] /, ""));
  expect(said[0]).toBe(`[INFO] Starting Test Run: model-tests (${name})`);
  expect(said).toEqual(
    expect.arrayContaining([
      "[INFO] Loading Model: llm-tiny:q4",
      "[INFO] Loading Model: stt-tiny:q4",
      "[INFO] Switching to Domain: llm",
      "[INFO] Switching to Domain: stt",
      expect.stringMatching(
        /^\[INFO\] Scenario tests\/llm\/llm\.test\.mjs::llm step 1: PASSED \(Duration: \d+\.\ds\)$/,
      ),
      expect.stringMatching(
        /^\[ERROR\] Scenario .*::stt step 4: FAILED \(Duration: \d+\.\ds\): .*no such word/,
      ),
    ]),
  );
  expect(said.at(-1)).toMatch(/^\[ERROR\] Test Run ended: FAILED: /);

  // <domain>.json
  for (const domain of DOMAINS) {
    const { results, ...about } = JSON.parse(read(`${domain}.json`));
    expect(about).toEqual({ session: name, suite: "model-tests", domain });
    expect(results).toHaveLength(STEPS[domain]);
    expect(results[0]).toMatchObject({
      name: `${domain} step 1`,
      outcome: "passed",
      step: domain === "llm" ? 1 : 8,
    });
  }

  // svc_<domain>_<model>_<timestamp>.log
  for (const domain of DOMAINS) {
    const log = told.find((path) => path.startsWith(`svc_${domain}_`)) ?? "";
    expect(lines(log)[0]).toBe(`${domain}: loading the model`);
    expect(lines(log).filter((line) => line.includes("/step/"))).toHaveLength(STEPS[domain]);
  }

  // logs/: one step's parts in files of their own
  const texts = (path: string) => lines(path).map((line) => line.replace(/^\S+ /, ""));
  expect(texts("logs/step_003/adapter.log")).toEqual(["[INFO] GET /step/3"]);
  expect(texts("logs/step_003/metrics.log")).toEqual(["[INFO] 3 tokens"]);
  expect(texts("logs/step_003/validator.log")).toEqual(["[WARNING] WARNING: slow answer"]);
  expect(texts("logs/step_008/adapter.log")).toEqual(["[INFO] GET /step/1"]);
  expect(read("logs/step_011/orchestrator.log")).toContain("stt step 4: FAILED");
  expect(texts("logs/reconciliation.log")).toEqual([
    "[INFO] llm: nothing to reconcile",
    "[INFO] stt: nothing to reconcile",
  ]);
  expect(read("logs/run.log")).toMatch(/Starting Test Run[\s\S]*Service llm [\s\S]*Test Run ended: FAILED/);

  // logs_summary.txt: 80 columns, and small
  expect(lines("logs_summary.txt").filter((line) => line.length > 80)).toEqual([]);
  expect(read("logs_summary.txt")).toContain(name);

  // report.xlsx and run.tar.gz, when somebody asks for them
  expect((await rig.gate("sessions", "report", name)).code).toBe(0);
  expect((await rig.gate("archive", name)).code).toBe(0);
  expect(readdirSync(session)).toEqual(expect.arrayContaining(["report.xlsx", "run.tar.gz"]));
  const inArchive = (await rig.run("tar", ["-tzf", join(session, "run.tar.gz")])).stdout;
  for (const path of ["logs/run.log", "logs/step_012/validator.log", "llm.json", "system_info.yaml"])
    expect(inArchive).toContain(path);
  expect((await rig.gate("archive", name, "--verify")).code).toBe(0);

  // git sees none of it, and nothing is left running
  expect(await rig.changes()).toEqual([]);
  expect(livingProcesses(rig)).toEqual([]);
});
