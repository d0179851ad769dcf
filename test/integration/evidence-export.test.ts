import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

async function committed(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  return rig;
}

const stale = async (rig: Rig) => {
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "-A");
  await rig.commit("stale", "--no-verify");
};

describe("gate evidence export", () => {
  it("states the tests of a commit for in-toto", async () => {
    const rig = await committed();
    const ended = await rig.gate("evidence", "export", "--format", "in-toto");
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
    const [gitCommit, gitTree, gitBlob, record] = (
      await rig.git(
        "rev-parse",
        "HEAD",
        "HEAD^{tree}",
        "HEAD:gate.yaml",
        "HEAD:test-reports/model-tests.json",
      )
    ).split("\n");
    const manifest = JSON.parse(rig.read("test-reports/model-tests.json"));
    expect(JSON.parse(ended.stdout)).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      subject: [
        { digest: { gitCommit, gitTree } },
        { name: "inputs of model-tests", digest: { gateFingerprint: manifest.fingerprint } },
      ],
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
      predicate: {
        result: "PASSED",
        configuration: [
          { name: "gate.yaml", digest: { gitBlob } },
          { name: "test-reports/model-tests.json", digest: { gitBlob: record } },
        ],
        passedTests: Object.keys(manifest.tests),
        failedTests: [],
      },
    });
  });

  it("gives the tests as JUnit XML, of any commit, in a bare clone", async () => {
    const rig = await committed();
    await stale(rig);
    const bare = join(rig.base, "bare.git");
    await rig.git("clone", "-q", "--bare", rig.directory, bare);
    const ended = await rig.gate("-C", bare, "evidence", "export", "--format", "junit", "--rev", "HEAD~1");
    expect(ended.code).toBe(0);
    const manifest = JSON.parse(rig.read("test-reports/model-tests.json"));
    expect(ended.stdout.match(/<testcase /g)).toHaveLength(Object.keys(manifest.tests).length);
    expect(ended.stdout).toContain(`<property name="gate.fingerprint" value="${manifest.fingerprint}"/>`);
  });

  it("exports nothing that verify does not believe", async () => {
    const rig = await committed();
    const log = (await rig.git("ls-files", "test-reports/logs")).split("\n")[0] ?? "";
    rig.write(log, `${rig.read(log)} `);
    await rig.git("add", "-A");
    await rig.commit("tampered", "--no-verify");
    const tampered = await rig.gate("evidence", "export", "--format", "in-toto");
    expect({ code: tampered.code, stdout: tampered.stdout }).toEqual({ code: 1, stdout: "" });
    expect(tampered.stderr).toContain("tampered-report");
    await rig.git("reset", "-q", "--hard", "HEAD~1");
    await stale(rig);
    const late = await rig.gateJson("evidence", "export", "--format", "junit");
    expect(late).toMatchObject({
      schema: "gate/evidence-export@1",
      content: null,
      problems: [{ code: "stale-evidence", suite: "model-tests" }],
    });
  });

  it("has nothing to export of a suite that passes by its waiver alone", async () => {
    const rig = await committed();
    await stale(rig);
    await rig.gate("waive", "model-tests", "--reason", "the GPU is broken", "--until", "7d");
    await rig.commit("waived", "--no-verify");
    expect((await rig.gate("verify")).code).toBe(0);
    const ended = await rig.gate("evidence", "export", "--format", "junit");
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: "" });
    expect(ended.stderr).toContain("model-tests passes by a waiver");
  });

  it("asks which suite where there are several: a statement is of one", async () => {
    const rig = await Rig.create();
    rig.writeProject(
      '    reports: one\n  other:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n    reports: two\n',
    );
    await rig.git("add", ".");
    await rig.commit("first");
    const both = await rig.gate("evidence", "export", "--format", "in-toto");
    expect({ code: both.code, stdout: both.stdout }).toEqual({ code: 2, stdout: "" });
    expect(both.stderr).toContain("--suite model-tests, or --suite other");
    const one = await rig.gate("evidence", "export", "--format", "in-toto", "--suite", "other");
    expect(JSON.parse(one.stdout).predicate.configuration[1].name).toBe("two/other.json");
    const all = await rig.gate("evidence", "export", "--format", "junit");
    expect(all.stdout.match(/<testsuite /g)).toHaveLength(2);
  });

  it.each([
    [["--format", "pdf"], "pdf"],
    [[], "--format"],
    [["--format", "junit", "--suite", "none"], "none"],
  ])("exits 2 for %j", async (args, named) => {
    const rig = await committed();
    const ended = await rig.gate("evidence", "export", ...args);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(named);
  });
});

/** Reads with the types that the specification publishes; what they do not know is refused. */
const READER = `
import json, sys
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
text = json.load(sys.stdin)
Statement.copy_from_pb(json_format.ParseDict(text, StatementMessage())).validate()
print(json_format.ParseDict(text["predicate"], TestResult()).result)
`;

const read = (statement: string) =>
  spawnSync("python3", ["-c", READER], { input: statement, encoding: "utf8" });
const typesAreHere = spawnSync("python3", ["-c", "import in_toto_attestation"]).status === 0;

describe.skipIf(!typesAreHere)("in-toto's own types (python3 -m pip install in-toto-attestation)", () => {
  it("take the statement, and refuse another", async () => {
    const rig = await committed();
    const { stdout } = await rig.gate("evidence", "export", "--format", "in-toto");
    expect(read(stdout)).toMatchObject({ status: 0, stdout: "PASSED\n" });
    expect(read(stdout.replace('"passedTests"', '"tests"')).status).not.toBe(0);
    expect(read(stdout.replace('"gitCommit"', '"").status').slice(0, -5)).status).not.toBe(0);
  });
});
