import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const MANIFEST = "test-reports/model-tests.json";
const HASH = "test-reports/model-tests.hash";
const LOG = "test-reports/logs/test_hello/session.log";
const METADATA = "test-reports/logs/test_hello/metadata.json";

async function evidence(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence(suiteLines);
  return rig;
}

/** Commits whatever lies in the working tree, past every hook. */
async function sneak(rig: Rig): Promise<void> {
  await rig.git("add", "-A", "-f", "test-reports");
  await rig.git("add", "-A");
  await rig.git("commit", "-q", "--no-verify", "-m", "sneaky");
}

describe("evidence that belongs to the sources", () => {
  it("is consistent, recorded by somebody, and unsigned", async () => {
    const rig = await evidence();
    const { code, document } = await verified(rig);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      schema: "gate/verify@1",
      revision: "HEAD",
      commit: await rig.git("rev-parse", "HEAD"),
      ok: true,
      suites: [
        {
          name: "model-tests",
          verdict: "passed",
          tests: { passed: 1, failed: 0, skipped: 0 },
          assurance: "consistent",
          signer: null,
          problems: [],
        },
      ],
    });
    const [suite] = document.suites;
    expect(suite?.recorded).toBe(suite?.fingerprint);
    const text = (await rig.gate("verify")).stdout;
    expect(text).toMatch(/^✓ model-tests {2}recorded by Ann on .*: 1 passed {3}\(consistent, unsigned\)/);
    expect(text).not.toMatch(/prove|attest/);
  });

  it.each(["--allow-empty", "--amend"])("stays that after a commit with %s", async (option) => {
    const rig = await evidence();
    await rig.git("commit", "-q", option, "--no-verify", "-m", "again");
    expect(await verified(rig, "--deep")).toMatchObject({ code: 0, errors: [] });
  });

  it("is judged as it is committed, whatever the working tree and the index hold", async () => {
    const rig = await evidence();
    rig.write("src/router.py", "route = 2\n");
    rig.remove("test-reports");
    rig.write("gate.yaml", "broken: [");
    await rig.git("add", "-A");
    expect(await verified(rig, "--deep")).toMatchObject({ code: 0, errors: [] });
    expect(rig.suite.runs).toBe(1);
  });

  it("tells of the attempts before", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.suite.answers([{ id: "a", outcome: "failed" }], { exit: 1 });
    await rig.gate("run");
    await rig.gate("run");
    rig.suite.answers([{ id: "a" }]);
    await rig.commit("at last");
    const { document } = await verified(rig);
    expect(document.suites[0]?.attempts).toEqual({ earlier: 2, verdicts: { failed: 2 } });
    expect((await rig.gate("verify")).stdout).toContain(
      "third attempt at these sources; before it: 2 failed",
    );
  });

  it("counts expected failures and declared skips as what they are", async () => {
    const rig = await Rig.create();
    rig.writeProject('    skips: [{match: "b*", reason: "needs two GPUs"}]\n    flaky: accept\n');
    rig.suite.answers([
      { id: "a" },
      { id: "b", outcome: "skipped", message: "needs two GPUs" },
      { id: "c", outcome: "xfailed" },
      { id: "d", outcome: "flaky" },
    ]);
    await rig.git("add", ".");
    await rig.commit("first");
    const { code, document } = await verified(rig, "--deep");
    expect(code).toBe(0);
    expect(document.suites[0]?.tests).toEqual({
      passed: 1,
      failed: 0,
      errors: 0,
      skipped: 1,
      xfailed: 1,
      xpassed: 0,
      flaky: 1,
      deselected: 0,
    });
    expect((await rig.gate("verify")).stdout).toContain(
      "1 passed, 1 skipped, 1 failed as expected, 1 passed on retry",
    );
  });
});

describe("evidence of other sources", () => {
  it("is stale, with the changed paths and the commits that changed them", async () => {
    const rig = await evidence();
    rig.write("src/router.py", "route = 2\n");
    await sneak(rig);
    const changed = await rig.git("rev-parse", "HEAD");
    rig.write("src/new.py", "new\n");
    await sneak(rig);
    const { code, document, errors } = await verified(rig);
    expect({ code, errors }).toEqual({ code: 1, errors: ["stale-evidence"] });
    expect(document.suites[0]?.changes).toEqual([
      { path: "src/new.py", change: "added", commit: await rig.git("rev-parse", "HEAD") },
      { path: "src/router.py", change: "modified", commit: changed },
    ]);
    const text = (await rig.gate("verify")).stderr;
    expect(text).toContain(`src/router.py  modified in ${changed.slice(0, 7)}`);
    expect(text).toContain("next: On a machine that can run it:  gate run && git commit\n");
    expect(text).toContain("1 problem");
  });

  it("is stale where the suite's definition changed", async () => {
    const rig = await evidence();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("sh ", "sh -e "));
    await sneak(rig);
    const { errors, document } = await verified(rig);
    expect(errors).toEqual(["stale-evidence"]);
    expect(document.suites[0]?.changes).toMatchObject([{ path: "gate.yaml", change: "suite" }]);
  });

  it("is missing where there is none", async () => {
    const rig = await evidence();
    rig.remove("test-reports");
    await sneak(rig);
    expect(await verified(rig)).toMatchObject({ code: 1, errors: ["missing-evidence"] });
  });
});

describe("reports that are not what the run recorded", () => {
  const SHALLOW: readonly [string, string, (rig: Rig) => unknown][] = [
    ["an edited log", "tampered-report", (rig) => rig.write(LOG, "better\n")],
    ["a removed log", "missing-report", (rig) => rig.remove(LOG)],
    ["an added file", "untracked-report", (rig) => rig.write("test-reports/logs/extra.log", "x\n")],
    [
      "an added file of a test",
      "untracked-report",
      (rig) => rig.write("test-reports/logs/test_hello/b.log", ""),
    ],
    ["an executable log", "tampered-report", (rig) => rig.git("update-index", "--chmod=+x", LOG)],
    ["an edited hash", "stale-evidence", (rig) => rig.write(HASH, `${"0".repeat(64)}  model-tests\n`)],
    ["a hash with CRLF", "tampered-report", (rig) => rig.write(HASH, rig.read(HASH).replace("\n", "\r\n"))],
    [
      "a manifest with CRLF",
      "manifest-invalid",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replaceAll("\n", "\r\n")),
    ],
    [
      "a manifest in another layout",
      "manifest-invalid",
      (rig) => rig.write(MANIFEST, JSON.stringify(JSON.parse(rig.read(MANIFEST)))),
    ],
    [
      "a manifest of another version",
      "manifest-invalid",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replace("gate/manifest@1", "gate/manifest@2")),
    ],
    [
      "a key twice",
      "manifest-invalid",
      (rig) =>
        rig.write(MANIFEST, rig.read(MANIFEST).replace('  "verdict"', '  "verdict": "passed",\n  "verdict"')),
    ],
    [
      "a verdict that is no pass",
      "verdict-not-accepted",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replace('"verdict": "passed"', '"verdict": "failed"')),
    ],
    [
      "a test that failed in a run that passed",
      "verdict-not-accepted",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replace('"outcome": "passed"', '"outcome": "failed"')),
    ],
    [
      "a test skipped without a reason",
      "verdict-not-accepted",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replace('"outcome": "passed"', '"outcome": "skipped"')),
    ],
    [
      "another number of inputs",
      "manifest-invalid",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replace('"files": 1', '"files": 7')),
    ],
    [
      "a session nobody counted",
      "manifest-invalid",
      (rig) => rig.write(MANIFEST, rig.read(MANIFEST).replace('"earlier": 0', '"earlier": 1')),
    ],
  ];

  it.each(SHALLOW)("%s is %s", async (_name, expected, tamper) => {
    const rig = await evidence();
    await tamper(rig);
    await rig.git("add", "-A", "--", ...(_name.startsWith("an executable") ? ["src"] : ["."]));
    await rig.git("commit", "-q", "--no-verify", "-m", "sneaky");
    const { code, errors } = await verified(rig);
    expect(code).toBe(1);
    expect(errors).toContain(expected);
  });

  it("a symbolic link in place of a log is tampered with, and not followed", async () => {
    const rig = await evidence();
    rig.remove(LOG);
    await rig.run("ln", ["-s", "/etc/passwd", LOG]);
    await sneak(rig);
    expect((await verified(rig, "--deep")).errors).toContain("tampered-report");
  });

  it.each(["100755", "120000"])("a manifest of mode %s is not the one gate wrote", async (mode) => {
    const rig = await evidence();
    const blob = await rig.git("rev-parse", `HEAD:${MANIFEST}`);
    await rig.git("update-index", "--cacheinfo", `${mode},${blob},${MANIFEST}`);
    await rig.git("commit", "-q", "--no-verify", "-m", "sneaky");
    expect(await verified(rig)).toMatchObject({ code: 1, errors: ["tampered-report"] });
  });

  it("a manifest that was corrected to an edited log agrees in its ids, and not in its contents", async () => {
    const rig = await evidence();
    const before = await rig.git("rev-parse", `HEAD:${LOG}`);
    rig.write(LOG, "better\n");
    const after = await rig.git("hash-object", LOG);
    rig.write(MANIFEST, rig.read(MANIFEST).replace(before, after));
    await sneak(rig);
    expect(await verified(rig)).toMatchObject({ code: 0 });
    const deep = await verified(rig, "--deep");
    expect(deep).toMatchObject({ code: 1, errors: ["tampered-report"] });
    expect(deep.problems[0]?.path).toBe(LOG);
  });

  const DEEP: readonly [string, string, (text: string) => string][] = [
    [
      "metadata of another outcome",
      METADATA,
      (text) => text.replace('"outcome": "passed"', '"outcome": "failed"'),
    ],
    ["metadata that did not pass", METADATA, (text) => text.replace('"passed": true', '"passed": false')],
    ["metadata of another test", METADATA, (text) => text.replace("::test_hello", "::test_other")],
    ["metadata that is none", METADATA, () => "{}\n"],
    [
      "a summary of another verdict",
      "test-reports/model-tests-latest.txt",
      (text) => text.replace("passed", "failed"),
    ],
    [
      "a diagram of another ending",
      "test-reports/test_hello.puml",
      (text) => text.replace("== passed ==", "== failed =="),
    ],
  ];

  it.each(DEEP)("%s is found with --deep, the manifest rewritten to it", async (_name, path, change) => {
    const rig = await evidence();
    const name = path.replace("test-reports/", "");
    rig.write(path, change(rig.read(path)));
    const blob = await rig.git("hash-object", path);
    const sha256 = (await rig.run("sha256sum", [path])).stdout.slice(0, 64);
    const entry = new RegExp(`("${name.replaceAll(".", "\\.")}": )"[^"]*"`);
    rig.write(MANIFEST, rig.read(MANIFEST).replace(entry, `$1"100644 ${blob} ${sha256}"`));
    await sneak(rig);
    expect(await verified(rig)).toMatchObject({ code: 0 });
    expect(await verified(rig, "--deep")).toMatchObject({ code: 1, errors: ["tampered-report"] });
  });
});

describe("inputs that shrink", () => {
  async function wide(): Promise<Rig> {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src, ", '["src/**/*.py", prompts, '));
    for (const name of ["a", "b", "c", "d", "e"]) rig.write(`src/${name}.py`, `${name}\n`);
    rig.write("prompts/system.txt", "Be kind.\n");
    await rig.git("add", ".");
    await rig.commit("first");
    return rig;
  }

  it("to less than half since the parent are an error", async () => {
    const rig = await wide();
    for (const name of ["a", "b", "c", "d"]) rig.remove(`src/${name}.py`);
    await rig.git("add", "-A");
    await rig.commit("engine rewritten");
    const { code, problems } = await verified(rig);
    expect(code).toBe(1);
    expect(problems).toMatchObject([
      {
        code: "inputs-collapsed",
        message: expect.stringContaining("fell from 7 files in the parent commit to 3"),
      },
    ]);
  });

  it("over several commits are seen from the base", async () => {
    const rig = await wide();
    await rig.git("branch", "base");
    for (const name of ["a", "b", "c", "d"]) {
      rig.remove(`src/${name}.py`);
      await rig.git("add", "-A");
      await rig.commit(`without ${name}`);
    }
    expect(await verified(rig)).toMatchObject({ code: 0 });
    expect((await verified(rig, "--base", "base")).errors).toEqual(["inputs-collapsed"]);
  });

  it("are not what the base has come to have since", async () => {
    const rig = await wide();
    await rig.git("checkout", "-q", "-b", "topic");
    rig.write("README.md", "# Another\n");
    await rig.git("add", ".");
    await rig.commit("documented");
    await rig.git("checkout", "-q", "main");
    for (let index = 0; index < 20; index += 1) rig.write(`src/more_${index}.py`, "a = 1\n");
    await rig.git("add", ".");
    await rig.commit("grown");
    await rig.git("checkout", "-q", "topic");
    expect(await verified(rig, "--base", "main")).toMatchObject({ code: 0, errors: [] });
    for (const name of ["a", "b", "c", "d"]) rig.remove(`src/${name}.py`);
    await rig.git("add", "-A");
    await rig.commit("engine rewritten");
    const { errors, problems } = await verified(rig, "--base", "main");
    expect(errors).toContain("inputs-collapsed");
    expect(problems.find(({ code }) => code === "inputs-collapsed")?.message).toContain(
      "fell from 7 files in main where this commit parted from it to 3",
    );
  });

  it("are held against a parent whose message is longer than anybody reads", async () => {
    const rig = await wide();
    const long = ["commit-tree", "HEAD^{tree}", "-F", "../message"];
    rig.write("../message", `${"told at length\n".repeat(100_000)}`);
    await rig.git("update-ref", "HEAD", await rig.git(...long));
    for (const name of ["a", "b", "c", "d"]) rig.remove(`src/${name}.py`);
    await rig.git("add", "-A");
    await rig.commit("engine rewritten");
    expect((await verified(rig)).errors).toContain("inputs-collapsed");
  });

  it("are not searched for what a pattern excludes: check does", async () => {
    const rig = await wide();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("prompts, ", 'prompts, "!**/*.none", '));
    await rig.git("add", "-A");
    await rig.commit("excluded");
    expect((await verified(rig)).warnings).toEqual([]);
    const { stdout } = await rig.gate("check", "--json");
    const { problems } = JSON.parse(stdout);
    expect(problems.map(({ code }: { readonly code: string }) => code)).toContain("pattern-matches-nothing");
  });

  it("by a pattern that stopped matching are an error, by one that never matched a warning", async () => {
    const rig = await wide();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("prompts, ", "prompts, grammars, "));
    rig.remove("prompts");
    rig.write("texts/system.txt", "Be kind.\n");
    await rig.git("add", "-A");
    await rig.commit("moved");
    const { errors, warnings, problems } = await verified(rig);
    expect(errors).toEqual(["inputs-collapsed"]);
    expect(warnings).toEqual(["pattern-matches-nothing"]);
    expect(problems.find((one) => one.code === "inputs-collapsed")).toMatchObject({
      path: "gate.yaml",
      line: 5,
      message: expect.stringContaining("prompts"),
    });
  });

  it("to nothing are an error without any history", async () => {
    const rig = await evidence();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src, ", "[lib, "));
    await sneak(rig);
    expect((await verified(rig)).errors).toContain("inputs-empty");
  });

  it("leave source-like files beside them to nobody, which is said", async () => {
    const rig = await wide();
    for (const name of ["engine.cpp", "engine.h", "notes.txt", "sub/kernel.cu"])
      rig.write(`src/${name}`, "x\n");
    rig.write("tools/other.cpp", "x\n");
    await rig.git("add", "-A");
    await rig.commit("a new engine");
    const { code, problems } = await verified(rig);
    expect(code).toBe(0);
    const unclaimed = problems.filter((one) => one.code === "inputs-unclaimed");
    expect(unclaimed.map((one) => one.message.split(": ").at(-1))).toEqual([
      "src/engine.cpp.",
      "src/engine.h.",
      "src/sub/kernel.cu.",
    ]);
    rig.write(
      "gate.yaml",
      rig.read("gate.yaml").replace("prompts, ", 'prompts, "!**/*.cpp", "src/**/*.[hc]*", '),
    );
    await rig.git("add", "-A");
    await rig.commit("claimed");
    expect((await verified(rig)).warnings).toEqual([]);
  });
});

describe("what cannot be judged", () => {
  it("is a no for a commit that is not here", async () => {
    const rig = await evidence();
    expect(await verified(rig, "--rev", "gone")).toMatchObject({ code: 1, errors: ["objects-missing"] });
    expect(await verified(rig, "--base", "origin/main")).toMatchObject({
      code: 1,
      errors: ["objects-missing"],
      problems: [{ hint: expect.stringContaining("git fetch origin main") }],
    });
  });

  it("is exit 2 without gate.yaml, and a weakened policy where the base had one", async () => {
    const rig = await evidence();
    await rig.git("branch", "base");
    await rig.git("rm", "-q", "gate.yaml");
    await rig.git("commit", "-q", "--no-verify", "-m", "no gate");
    expect(await verified(rig)).toMatchObject({ code: 2, errors: ["config-missing"] });
    expect(await verified(rig, "--base", "base")).toMatchObject({ code: 1, errors: ["policy-weakened"] });
  });

  it("is exit 2 for a wrong gate.yaml, a suite that is not there, and a time that is none", async () => {
    const rig = await evidence();
    expect(await verified(rig, "--suite", "other")).toMatchObject({ code: 2, errors: ["usage"] });
    for (const at of ["whenever", "0", "Nov 21 2026", "2026-11-31", "2026-11-21 18:00", "2026-11-21T18:00"]) {
      expect(await verified(rig, "--at", at), at).toMatchObject({ code: 2, errors: ["usage"] });
    }
    expect((await rig.gate("verify", "--format", "xml")).code).toBe(2);
    rig.write("gate.yaml", "version: 1\nsuits: {}\n");
    await sneak(rig);
    expect(await verified(rig)).toMatchObject({ code: 2, errors: ["config-invalid"] });
  });

  it("is no gate.yaml that is a symbolic link", async () => {
    const rig = await evidence();
    rig.write("other.yaml", rig.read("gate.yaml"));
    rig.remove("gate.yaml");
    await rig.run("ln", ["-s", "other.yaml", "gate.yaml"]);
    await sneak(rig);
    expect(await verified(rig)).toMatchObject({ code: 2, errors: ["config-not-a-file"] });
  });

  it.each([HASH, MANIFEST])("is a no when the object of %s is lost", async (path) => {
    const rig = await evidence();
    const blob = await rig.git("rev-parse", `HEAD:${path}`);
    rig.remove(`.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`);
    const { code, errors, problems } = await verified(rig);
    expect({ code, errors }).toEqual({ code: 1, errors: ["objects-missing"] });
    expect(problems[0]?.message).toContain(blob);
  });

  it("is a no without the manifest and the hash file of a partial clone", async () => {
    const rig = await evidence();
    for (const path of [HASH, MANIFEST]) {
      const blob = await rig.git("rev-parse", `HEAD:${path}`);
      rig.remove(`.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`);
    }
    expect(await verified(rig)).toMatchObject({ code: 1, errors: ["objects-missing"] });
  });
});
