import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

/** A rig with evidence at HEAD. */
async function fresh(suiteLines = "", prepare: (rig: Rig) => void = () => undefined): Promise<Rig> {
  const rig = await Rig.create();
  prepare(rig);
  await rig.withEvidence(suiteLines);
  return rig;
}

/** A commit that leaves its evidence pending, past the hook. */
async function commitPending(rig: Rig, message: string): Promise<void> {
  await rig.git("add", "-A");
  await rig.commit(message, "--no-verify");
}

/** Where ssh-keygen is; `log.showSignature` says nothing about commits without a signature. */
async function signCommits(rig: Rig): Promise<void> {
  const key = join(rig.base, "key");
  const made = await rig.run("sh", ["-c", `ssh-keygen -q -t ed25519 -N "" -f "$1"`, "sh", key]);
  if (made.code !== 0) return;
  await rig.git("config", "gpg.format", "ssh");
  await rig.git("config", "user.signingKey", key);
  await rig.git("config", "gpg.ssh.allowedSignersFile", `${key}.pub`);
  await rig.git("config", "commit.gpgSign", "true");
}

async function status(rig: Rig, ...args: string[]): Promise<unknown> {
  const ended = await rig.gate("status", "--json", ...args);
  expect(ended.code).toBe(0);
  return JSON.parse(ended.stdout);
}

const one = (suite: object) => ({ schema: "gate/status@1", suites: [suite], problems: [] });

const containing = (problem: object) => expect.arrayContaining([expect.objectContaining(problem)]);

describe("gate status of a fresh index", () => {
  it("says so, twice the same", async () => {
    const rig = await fresh();
    const recorded = rig.read("test-reports/model-tests.hash").slice(0, 64);
    const first = await status(rig);
    expect(first).toMatchObject({
      revision: null,
      ...one({
        name: "model-tests",
        decision: "fresh",
        reason: null,
        fingerprint: recorded,
        recorded,
        inputs: { files: 1 },
        changes: [],
        staleSince: null,
        evidence: { by: "Ann" },
      }),
    });
    expect(await status(rig)).toEqual(first);
    rig.remove(".git/gate");
    expect(await status(rig)).toEqual(first);
  });

  it("warns of patterns that match nothing, from the memo too", async () => {
    const rig = await fresh();
    const expected = one({
      decision: "fresh",
      problems: [
        {
          code: "pattern-matches-nothing",
          severity: "warning",
          path: "gate.yaml",
          line: 5,
          suite: "model-tests",
          message: "the pattern !**/*.md of model-tests matches no tracked file.",
        },
      ],
    });
    await rig.git("rm", "-q", "README.md");
    expect(await status(rig)).toMatchObject(expected);
    expect(await status(rig)).toMatchObject(expected);
  });

  it("runs nothing and changes nothing", async () => {
    const rig = await fresh();
    rig.write("src/router.py", "route = 2\n");
    rig.write("src/new.py", "");
    await rig.git("add", "src/router.py");
    const before = await snapshot(rig);
    await status(rig);
    expect(await snapshot(rig)).toEqual(before);
    expect(rig.suite.runs).toBe(1);
  });
});

describe("gate status says what changed", () => {
  it("down to the paths and the kind of change", async () => {
    const rig = await fresh("", (at) => {
      for (const name of ["gone", "mode", "text"]) at.write(`src/${name}.py`, `${name} = 1\n`);
    });
    rig.remove("src/gone.py");
    chmodSync(join(rig.directory, "src/mode.py"), 0o755);
    rig.write("src/text.py", "text = 2\n");
    rig.write("src/new.py", "new = 1\n");
    rig.write("src/notes.md", "no input\n");
    rig.write("README.md", "# No input either\n");
    await rig.git("add", "-A");
    expect(await status(rig)).toMatchObject(
      one({
        decision: "run",
        reason: "the inputs changed after the recorded run",
        changes: [
          { path: "src/gone.py", change: "deleted" },
          { path: "src/mode.py", change: "mode" },
          { path: "src/new.py", change: "added" },
          { path: "src/text.py", change: "modified" },
        ],
        staleSince: null,
      }),
    );
  });

  it.each([
    ["the command", (text: string) => text.replace('run: sh "$RIG_SUITE"', 'run: sh "$RIG_SUITE" && true')],
    [
      "the patterns",
      (text: string) => text.replace("[src,", "[src, README.md,").replace('"!**/*.md"', '"!docs"'),
    ],
    ["a variable", (text: string) => `${text}    env: { SEED: 1 }\n`],
  ])("in gate.yaml: %s", async (_what, edit) => {
    const rig = await fresh();
    rig.write("gate.yaml", edit(rig.read("gate.yaml")));
    await rig.git("add", "gate.yaml");
    expect(await status(rig)).toMatchObject(
      one({ decision: "run", changes: [{ path: "gate.yaml", change: "suite" }] }),
    );
  });

  it.each(["!gate.yaml", "!*.yaml", "!**/*.yaml", "!g*"])(
    "in gate.yaml, also where an exclude (%s) takes it out of the inputs",
    async (exclude) => {
      const rig = await Rig.create();
      rig.writeProject("    on-stale: block\n");
      rig.write("gate.yaml", rig.read("gate.yaml").replace("!**/*.md", exclude));
      await rig.git("add", ".");
      await rig.gate("run");
      await rig.commit("first");
      rig.write("gate.yaml", rig.read("gate.yaml").replace("run: sh", "run: exec sh"));
      await rig.git("add", ".");
      expect(await status(rig)).toMatchObject(
        one({ decision: "blocked", changes: [{ path: "gate.yaml", change: "suite" }] }),
      );
      const refused = await rig.tryCommit("another command");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("gate.yaml changed since model-tests was run");
      await commitPending(rig, "past the hook");
      const since = await rig.git("rev-parse", "HEAD");
      expect(await status(rig)).toMatchObject(
        one({ changes: [{ path: "gate.yaml", change: "suite" }], staleSince: { commit: since } }),
      );
    },
  );

  it("and not that variables are in another order", async () => {
    const rig = await fresh("    env: { A: 1, B: 2 }\n");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("A: 1, B: 2", "B: 2, A: 1"));
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    expect(await status(rig)).toMatchObject(
      one({ changes: [{ path: "src/router.py", change: "modified" }] }),
    );
  });

  it("and since which commit, whatever the user has set for git log", async () => {
    const rig = await fresh();
    rig.write("src/router.py", "route = 2\n");
    await signCommits(rig);
    await commitPending(rig, "the change");
    const since = await rig.git("rev-parse", "HEAD");
    rig.write("src/router.py", "route = 3\n");
    await commitPending(rig, "another change");
    rig.write("README.md", "# Documentation\n");
    await rig.git("add", ".");
    for (const key of ["log.follow", "log.showSignature", "log.mailmap"])
      await rig.git("config", key, "true");
    await rig.git("config", "log.showRoot", "false");
    await rig.git("config", "log.date", "relative");
    await rig.git("config", "i18n.logOutputEncoding", "UTF-16");
    await rig.git("config", "color.ui", "always");
    expect(await status(rig)).toMatchObject(
      one({
        decision: "pending",
        changes: [{ path: "src/router.py", change: "modified" }],
        staleSince: { commit: since, author: "Ann" },
      }),
    );
  });

  it("since the last run, also where that found the same inputs by other patterns", async () => {
    const rig = await fresh();
    const hash = rig.read("test-reports/model-tests.hash");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src,", '["src/**",'));
    await rig.git("add", ".");
    await rig.gate("run", "--force");
    await rig.commit("other patterns");
    expect(rig.read("test-reports/model-tests.hash")).toBe(hash);
    rmSync(join(rig.directory, ".git/gate"), { recursive: true });
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    expect(await status(rig)).toMatchObject(
      one({ changes: [{ path: "src/router.py", change: "modified" }], staleSince: null }),
    );
  });

  it("since the commit that changed gate.yaml", async () => {
    const rig = await fresh();
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    env: { SEED: 1 }\n`);
    await commitPending(rig, "seed");
    expect(await status(rig)).toMatchObject(
      one({ staleSince: { commit: await rig.git("rev-parse", "HEAD") }, changes: [{ change: "suite" }] }),
    );
  });
});

describe("gate status decides", () => {
  it("run, where there is no evidence yet", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    expect(await status(rig)).toMatchObject(
      one({ decision: "run", reason: "there is no evidence yet", recorded: null, changes: [] }),
    );
  });

  it("reuse, of what the store has", async () => {
    const rig = await fresh();
    rig.write("src/router.py", "route = 2\n");
    await commitPending(rig, "change");
    await rig.git("rm", "-rq", "test-reports");
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    expect(await status(rig)).toMatchObject(
      one({ decision: "reuse", reason: "evidence for these inputs is in the local store" }),
    );
  });

  it("reuse, of what only the history has, be it the first commit of all", async () => {
    const rig = await fresh();
    const first = await rig.git("rev-parse", "--short=7", "HEAD");
    rig.write("src/router.py", "route = 2\n");
    rig.remove("test-reports");
    await commitPending(rig, "change");
    await rig.git("config", "log.showRoot", "false");
    for (const name of (await rig.git("for-each-ref", "--format=%(refname)", "refs/gate")).split("\n")) {
      await rig.git("update-ref", "-d", name);
    }
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    expect(await status(rig)).toMatchObject(
      one({ decision: "reuse", reason: `evidence for these inputs is in commit ${first}` }),
    );
  });

  it("pending, where the suite leaves it to a person", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: pending\n");
    await rig.git("add", ".");
    expect(await status(rig)).toMatchObject(one({ decision: "pending" }));
  });

  it("pending, where the GPU is missing", async () => {
    const rig = await Rig.create();
    rig.writeProject("    gpu: required\n");
    await rig.git("add", ".");
    writeFileSync(join(rig.base, "nvidia-smi"), "#!/bin/sh\necho No devices were found\nexit 6\n", {
      mode: 0o755,
    });
    const ended = await rig.gateWith({ PATH: `${rig.base}:${rig.env.PATH}` }, "status", "--json");
    expect(JSON.parse(ended.stdout)).toMatchObject(
      one({
        decision: "pending",
        reason: expect.stringContaining("no NVIDIA GPU (nvidia-smi lists no GPU)"),
        next: "on a machine with a GPU:  gate run && git commit",
      }),
    );
    await rig.git("commit", "-q", "--no-verify", "-m", "pending");
    expect(await status(rig)).toMatchObject(
      one({ decision: "pending", next: "on a machine with a GPU:  gate run && git commit" }),
    );
  });

  it("pending, inside the pre-commit framework", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    const ended = await rig.gateWith({ PRE_COMMIT: "1" }, "status", "--json");
    expect(JSON.parse(ended.stdout)).toMatchObject(one({ decision: "pending" }));
  });

  it("blocked, where the suite says so", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: block\n");
    await rig.git("add", ".");
    expect(await status(rig)).toMatchObject(one({ decision: "blocked" }));
  });

  it("blocked, where the inputs match nothing", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", "gate.yaml");
    expect(await status(rig)).toMatchObject(
      one({
        decision: "blocked",
        inputs: { files: 0 },
        problems: containing({ code: "inputs-empty", severity: "error", line: 5, suite: "model-tests" }),
      }),
    );
  });

  it("for every suite, in file order", async () => {
    const rig = await fresh();
    const other = '  a-suite:\n    run: sh "$RIG_SUITE"\n    inputs: [README.md]\n    reports: other\n';
    rig.write("gate.yaml", `${rig.read("gate.yaml")}${other}`);
    await rig.git("add", ".");
    expect(await status(rig)).toMatchObject({
      suites: [
        { name: "model-tests", decision: "fresh" },
        { name: "a-suite", decision: "run" },
      ],
    });
  });
});

describe("gate status of reports that were tampered with", () => {
  it.each<readonly [string, (rig: Rig) => void, string]>([
    [
      "an edited log",
      (rig) => rig.write("test-reports/logs/test_hello/session.log", "better\n"),
      "tampered-report",
    ],
    ["a lost log", (rig) => rig.remove("test-reports/logs/test_hello/session.log"), "missing-report"],
    ["a report that no run made", (rig) => rig.write("test-reports/more.txt", ""), "untracked-report"],
    [
      "a hash written by hand",
      (rig) => rig.write("test-reports/model-tests.hash", `${"0".repeat(64)}\n`),
      "tampered-report",
    ],
    [
      "a hash with CRLF",
      (rig) =>
        rig.write(
          "test-reports/model-tests.hash",
          rig.read("test-reports/model-tests.hash").replace("\n", "\r\n"),
        ),
      "tampered-report",
    ],
    [
      "a hash with a BOM",
      (rig) =>
        rig.write("test-reports/model-tests.hash", `\uFEFF${rig.read("test-reports/model-tests.hash")}`),
      "tampered-report",
    ],
    ["no hash", (rig) => rig.remove("test-reports/model-tests.hash"), "missing-report"],
    ["no manifest", (rig) => rig.remove("test-reports/model-tests.json"), "manifest-invalid"],
  ])("names %s", async (_what, tamper, code) => {
    const rig = await fresh();
    tamper(rig);
    await rig.git("add", "-A");
    expect(await status(rig)).toMatchObject(
      one({ decision: "reuse", problems: containing({ code, severity: "error", suite: "model-tests" }) }),
    );
  });
});

describe("gate status of something else than the index", () => {
  it("judges any commit, as it was", async () => {
    const rig = await fresh();
    rig.write("src/router.py", "route = 2\n");
    await commitPending(rig, "change");
    rig.write("src/router.py", "route = 3\n");
    await rig.git("add", ".");
    expect(await status(rig, "--rev", "HEAD~1")).toMatchObject({
      revision: "HEAD~1",
      ...one({ decision: "fresh" }),
    });
    expect(await status(rig, "--rev", "HEAD")).toMatchObject(
      one({
        changes: [{ path: "src/router.py", change: "modified" }],
        staleSince: { commit: await rig.git("rev-parse", "HEAD") },
      }),
    );
  });

  it("judges a commit in a bare clone", async () => {
    const rig = await fresh();
    const bare = join(rig.base, "bare.git");
    await rig.git("clone", "-q", "--bare", rig.directory, bare);
    expect(await status(rig.at(bare), "--rev", "main")).toMatchObject(one({ decision: "fresh" }));
    expect(await status(rig.at(bare))).toMatchObject(one({ decision: "fresh" }));
  });

  it("says which object a clone without blobs lacks, and how to get it", async () => {
    const rig = await fresh();
    const bare = join(rig.base, "bare.git");
    await rig.git("config", "uploadpack.allowFilter", "true");
    await rig.git("clone", "-q", "--bare", "--filter=blob:none", `file://${rig.directory}`, bare);
    const lost = await rig.git("rev-parse", "HEAD:gate.yaml");
    const { code, stdout } = await rig.at(bare).gate("status", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      suites: [],
      problems: [
        {
          code: "objects-missing",
          message: `object ${lost} that has to be judged is not in this clone.`,
          hint: expect.stringContaining("git fetch"),
        },
      ],
    });
  });

  it("judges with another configuration", async () => {
    const rig = await fresh();
    writeFileSync(join(rig.base, "other.yaml"), rig.read("gate.yaml").replace("[src,", "[.gitignore,"));
    expect(await status(rig, "--config", join(rig.base, "other.yaml"))).toMatchObject(
      one({ decision: "run" }),
    );
    expect(await status(rig)).toMatchObject(one({ decision: "fresh" }));
  });

  it("says what is wrong with another configuration by its name", async () => {
    const rig = await fresh();
    rig.write("other.yaml", rig.read("gate.yaml").replace("[src,", "[nowhere,"));
    const unmatched = { code: "pattern-matches-nothing", path: "other.yaml" };
    const expected = one({ problems: expect.arrayContaining([expect.objectContaining(unmatched)]) });
    expect(await status(rig, "--config", "other.yaml")).toMatchObject(expected);
    rig.write("other.yaml", "version: 1\n");
    expect(await rig.gateJson("status", "--config", "other.yaml")).toMatchObject({
      problems: [{ code: "config-invalid", path: "other.yaml" }],
    });
  });

  it.each(["no-such-branch", "HEAD~9", "HEAD:src", "--all", "-x"])("refuses --rev %s", async (rev) => {
    const rig = await fresh();
    const ended = await rig.gate("status", `--rev=${rev}`);
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).toContain(`${rev} is no commit in this repository.`);
  });

  it.skipIf(!existsSync("/dev/full"))("is not said to be answered where nothing can be written", async () => {
    const rig = await fresh();
    const gate = `"${process.execPath}" "${GATE}" status --json`;
    const full = await rig.run("sh", ["-c", `${gate} >/dev/full`]);
    expect(full.code).toBe(1);
    expect(full.stderr).toContain("gate  the answer could not be written: ");
    expect(await rig.run("sh", ["-c", `${gate} | true; ${gate} >&-`])).toMatchObject({ stderr: "" });
  });

  it("says that there is no repository", async () => {
    const rig = await Rig.create();
    const ended = await rig.at(rig.base).gate("status");
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).toContain("is not in a git repository.");
  });

  it("says that there is no gate.yaml", async () => {
    const rig = await Rig.create();
    expect(await status(rig)).toMatchObject({
      suites: [],
      problems: [{ code: "config-missing", path: "gate.yaml" }],
    });
  });
});

it("a run of these very inputs that did not pass is not forgotten", async () => {
  const rig = await fresh();
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src");
  expect(await status(rig)).toMatchObject(one({ decision: "run", lastRun: null }));
  rig.suite.answers([{ id: "tests/a.py::one", outcome: "failed", message: "no" }]);
  expect((await rig.gate("run")).code).toBe(1);
  const { stdout } = await rig.gate("status");
  const [, session] = /did not pass \(failed\): {2}gate sessions show (\S+)/.exec(stdout) ?? [];
  expect(await status(rig)).toMatchObject(one({ lastRun: { session, verdict: "failed" } }));
  expect((await rig.gate("sessions", "show", session ?? "")).stdout).toContain("tests/a.py::one");
  rig.write("src/router.py", "route = 3\n");
  await rig.git("add", "src");
  expect(await status(rig)).toMatchObject(one({ decision: "run", lastRun: null }));
});
