import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

const TEST = "tests/test_hello.py::test_hello";

/** A project with an input, a tracked file that is none, and a suite that reads what the test says. */
async function rigReading(
  reads: readonly string[],
  { suiteLines = "", also = [] as readonly object[] } = {},
): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject(suiteLines);
  rig.write("prompts/system.txt", "be kind\n");
  rig.write("tests/test_hello.py", "def test_hello(): pass\n");
  rig.write("src/never.py", "x = 1\n");
  await rig.git("add", ".");
  rig.suite.answers([{ id: TEST, reads }], { also });
  return rig;
}

describe("a file of a submodule that the run read", () => {
  async function reading(inputs: string, suiteLines = ""): Promise<Rig> {
    const rig = await rigReading(["src/router.py", "third/data.txt"], { suiteLines });
    const other = join(rig.base, "other");
    await rig.git("init", "-q", other);
    writeFileSync(join(other, "data.txt"), "1\n");
    await rig.git("-C", other, "add", ".");
    await rig.git("-C", other, "commit", "-q", "-m", "data");
    await rig.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "third");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src,", inputs));
    await rig.git("add", ".");
    return rig;
  }

  it("is read of the submodule, which inputs: may name", async () => {
    const rig = await reading("[src, third,");
    expect((await rig.commit("due")).stderr).not.toContain("third");
    const { stdout } = await rig.gate("status", "--inputs", "--json");
    const [{ observed }] = JSON.parse(stdout).suites;
    expect(observed).toMatchObject({ undeclared: [], untracked: [] });
    expect(JSON.stringify(observed)).not.toContain("third");
  });

  it("is undeclared where inputs: does not name it", async () => {
    const rig = await reading("[src,", "    undeclared-inputs: error\n");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("the run read third, which inputs: does not name (1 of 1 test)");
    expect(ended.stderr).not.toContain("does not track");
  });
});

it("a tracked file that the run read is undeclared also where its name is no text", async () => {
  const rig = await rigReading(["src/router.py", "prompts/caf\udce9.txt"], {
    suiteLines: "    undeclared-inputs: error\n",
  });
  const make = "printf x >\"$(printf 'prompts/caf\\351.txt')\" && git add prompts";
  expect((await rig.run("sh", ["-c", make])).code).toBe(0);
  const ended = await rig.tryCommit("due");
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('the run read "prompts/caf\\351.txt", which inputs: does not name');
});

it("the file of a test that could not be loaded is never proposed to be left out", async () => {
  const rig = await rigReading(["src/router.py"]);
  rig.suite.answers([{ id: TEST, reads: ["src/router.py"] }, { id: "src/never.py::test_new" }]);
  await rig.commit("due");
  const { stdout } = await rig.gate("status", "--inputs");
  expect(stdout).not.toContain("never.py");
});

describe("a tracked file that the run read and inputs: does not name", () => {
  it("is a warning that names it, who read it, and the line that declares it", async () => {
    const rig = await rigReading(["src/router.py", "prompts/system.txt"]);
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain("the run read prompts/system.txt, which inputs: does not name (1 of 1 test)");
    expect(stderr).toContain('Add "prompts/system.txt" to inputs:');
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("is not to be added where an exclude keeps it out: that wins", async () => {
    const rig = await rigReading(["src/router.py", "prompts/tone.md"]);
    rig.write("prompts/tone.md", "friendly\n");
    await rig.git("add", ".");
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain(
      "the run read prompts/tone.md, which !**/*.md keeps out of the inputs (1 of 1 test)",
    );
    expect(stderr).toContain('Let "!**/*.md" leave out less');
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).not.toContain("add to inputs:");
    expect(stdout).toMatch(/keeps out what was read: .*:\n {6}- "!\*\*\/\*\.md"\n/);
    rig.write("gate.yaml", rig.read("gate.yaml").replace("!**/*.md", "!*.md"));
    await rig.git("add", ".");
    expect((await rig.gate("run", "--force")).stdout).not.toContain("prompts/tone.md, which !");
  });

  it("counts the tests that ran", async () => {
    const rig = await rigReading([], { suiteLines: "    skips: [{match: '*_later', reason: not yet}]\n" });
    rig.suite.answers([
      { id: TEST, reads: ["prompts/system.txt"] },
      { id: "tests/a.py::other", reads: ["src/router.py"] },
      { id: "tests/a.py::skipped_later", outcome: "skipped", reads: ["src/router.py"] },
    ]);
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain("inputs: does not name (1 of 2 tests)");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    expect((await rig.gate("status")).stdout).toContain("src/router.py  (1 of 2 tests read it)");
  });

  it("may be a link: it is an input besides what it leads to", async () => {
    const rig = await rigReading(["prompts/system.txt", "current.txt"]);
    symlinkSync("prompts/system.txt", join(rig.directory, "current.txt"));
    await rig.git("add", ".");
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain("the run read current.txt, which inputs: does not name");
    expect(stderr).toContain("the run read prompts/system.txt, which inputs: does not name");
  });

  it("refuses the record with undeclared-inputs: error", async () => {
    const rig = await rigReading(["prompts/system.txt"], { suiteLines: "    undeclared-inputs: error\n" });
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("the run read prompts/system.txt");
    expect(rig.exists("test-reports")).toBe(false);
  });

  it("is not the configuration, a report, or an input", async () => {
    const reads = ["gate.yaml", "test-reports/model-tests.json", "src/router.py"];
    const rig = await rigReading(reads, { suiteLines: "    undeclared-inputs: error\n" });
    await rig.commit("due");
    rig.write("src/router.py", "route = 2\n");
    expect((await rig.commit("again", "-a")).stderr).not.toContain("undeclared");
  });

  it("is counted where there are many", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    const paths = Array.from({ length: 30 }, (_, index) => `data/${index}.json`);
    for (const path of paths) rig.write(path, "{}\n");
    await rig.git("add", ".");
    rig.suite.answers([{ id: TEST, reads: paths }]);
    const { stderr } = await rig.commit("due");
    expect(stderr.match(/the run read data\//g)).toHaveLength(10);
    expect(stderr).toContain("the run read 20 more tracked files");
  });
});

describe("settings that are strict about what a run read", () => {
  const refusal = async (setting: string, suiteLines = "") => {
    const rig = await rigReading([], { suiteLines: `    ${setting}: error\n${suiteLines}` });
    rig.suite.answers([{ id: TEST, file: "tests/test_hello.py" }, { id: "tests/b.py::other" }]);
    const ended = await rig.tryCommit("due");
    return { code: ended.code, text: ended.stderr, evidence: rig.exists("test-reports") };
  };

  it("refuse a run that nobody saw", async () => {
    const undeclared = await refusal("undeclared-inputs");
    expect(undeclared).toMatchObject({ code: 1, evidence: false });
    expect(undeclared.text).toContain(
      "undeclared-inputs: error cannot be judged: nobody saw which files the run read",
    );
    const pattern = await refusal("pattern-tests");
    expect(pattern).toMatchObject({ code: 1, evidence: false });
    expect(pattern.text).toContain("nobody saw what 2 of 2 tests read");
    expect(pattern.text).not.toContain("undeclared-inputs: error");
  });

  it("name observe: false where that is why", async () => {
    const { code, text } = await refusal("pattern-tests", "    observe: false\n");
    expect(code).toBe(1);
    expect(text).toContain("observe: false switches that off");
  });
});

describe("a file that git does not track", () => {
  it("is a warning when the run read it and it was there before", async () => {
    const rig = await rigReading(["weights.bin", "made.bin"]);
    rig.write("weights.bin", "w");
    rig.write(".gitignore", ".gate/\n*.bin\n");
    await rig.git("add", ".gitignore");
    utimesSync(join(rig.directory, "weights.bin"), 1_000_000_000, 1_000_000_000);
    rig.suite.answers([{ id: TEST, reads: ["weights.bin", "made.bin"] }], { before: "echo {} > made.bin" });
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain("the run read weights.bin, which git does not track");
    expect(stderr).not.toContain("the run read made.bin");
  });
});

describe("what reporters send", () => {
  it("cannot lead out of the repository", async () => {
    const rig = await rigReading(["../secret", "/etc/passwd", "a//b"]);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("no path below the top level");
  });
});

describe("gate status --inputs", () => {
  it("shows the three lists and the lines for gate.yaml", async () => {
    const rig = await rigReading(["src/router.py", "prompts/system.txt"]);
    await rig.commit("due");
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).toMatch(/read, and not declared:\n {6}prompts\/system\.txt\n/);
    expect(stdout).toMatch(/read, and not tracked by git: none\n/);
    expect(stdout).toMatch(/declared, and not seen to be read:\n {6}src\/never\.py\n/);
    expect(stdout).toMatch(/add to inputs: in gate\.yaml:\n {6}- "prompts\/system\.txt"\n/);
    expect(stdout).toMatch(/may be left out[^\n]*:\n {6}- "!src\/never\.py"\n/);
    const document = await rig.gateJson("status", "--inputs");
    expect(document).toMatchObject({
      suites: [
        {
          observed: {
            undeclared: ["prompts/system.txt"],
            unread: ["src/never.py"],
            proposals: { add: ["prompts/system.txt"], leaveOut: ["!src/never.py"] },
          },
        },
      ],
    });
  });

  it("is answered by the evidence on a clone that never ran the suite", async () => {
    const rig = await rigReading(["src/router.py", "prompts/system.txt"]);
    await rig.commit("due");
    await rig.git("clone", "-q", ".", join(rig.base, "clone"));
    const clone = rig.at(join(rig.base, "clone"));
    const document = await clone.gateJson("status", "--inputs");
    expect(document).toMatchObject({
      suites: [{ observed: { session: null, undeclared: [], unread: ["src/never.py"] } }],
    });
  });

  it("is answered by the last run that came to its end, and names it", async () => {
    const rig = await rigReading(["src/router.py", "src/never.py"]);
    await rig.commit("due");
    const [whole] = readdirSync(join(rig.directory, ".gate/sessions"));
    rig.suite.answers([{ id: TEST, reads: ["src/router.py"] }, { id: "tests/b.py::never_ended" }], {
      exit: 139,
      complete: false,
    });
    rig.suite.cutEvents((lines) => lines.slice(0, -2));
    expect((await rig.gate("run", "--force")).code).toBe(1);
    expect(readdirSync(join(rig.directory, ".gate/sessions"))).toHaveLength(2);
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).toContain(`what its tests read, as session ${whole} saw:`);
    expect(stdout).toContain("declared, and not seen to be read: none");
    expect((await rig.gate("gaps")).stdout).toContain(`of ${whole} read`);
  });

  it("proposes to leave out nothing that came after the run", async () => {
    const rig = await rigReading(["src/router.py"]);
    await rig.commit("due");
    rig.write("src/later.py", "x = 1\n");
    await rig.git("add", ".");
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).toMatch(/as session RUN_\S+ saw, a run of other inputs:/);
    expect(stdout).toContain("not seen to be read: nobody knows before a run of these inputs:  gate run\n");
    expect(stdout).not.toContain("may be left out");
    expect((await rig.gate("gaps")).stdout).toMatch(/of RUN_\S+ read, a run of other inputs/);
  });

  it("is of a run of these inputs after a switch of branches, though another was the last", async () => {
    const rig = await rigReading(["src/router.py", "src/never.py"]);
    await rig.commit("due");
    const [first] = readdirSync(join(rig.directory, ".gate/sessions"));
    await rig.git("checkout", "-q", "-b", "other");
    rig.suite.answers([{ id: TEST, reads: ["src/router.py"] }]);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.commit("other");
    await rig.git("checkout", "-q", "-");
    const ask = async () => (await rig.gate("status", "--inputs")).stdout;
    expect(await ask()).toContain(`as session ${first} saw:`);
    expect(await ask()).toContain("declared, and not seen to be read: none");
    rmSync(join(rig.directory, `.gate/sessions/${first}`), { recursive: true });
    expect(await ask()).toContain("as its evidence tells, for declared inputs alone:");
    expect(await ask()).toContain("declared, and not seen to be read: none");
  });

  it("says that there was no whole run where the only one broke off", async () => {
    const rig = await rigReading(["src/router.py"]);
    rig.suite.cutEvents((lines) => lines.slice(0, -1));
    expect((await rig.gate("run")).code).toBe(1);
    expect((await rig.gate("status", "--inputs")).stdout).toContain("nobody has seen what its tests read");
    expect((await rig.gate("gaps")).stdout).toContain("no whole run of model-tests has told");
  });

  it("says so where nobody has watched a run", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    expect((await rig.gate("status", "--inputs")).stdout).toContain("nobody has seen what its tests read");
  });
});

describe("a changed input", () => {
  it("is told with the number of tests that read it", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("src/core.py", "x = 1\n");
    rig.write("src/unread.py", "x = 1\n");
    await rig.git("add", ".");
    const uses = [{ type: "uses", file: "tests/a.py", paths: ["src/router.py"] }];
    rig.suite.answers(
      [
        { id: "tests/a.py::one", file: "tests/a.py", reads: ["src/core.py"] },
        { id: "tests/a.py::two", file: "tests/a.py", reads: [] },
        { id: "tests/b.py::three", file: "tests/b.py", reads: ["src/core.py"] },
      ],
      { also: [...uses, { type: "reads", id: null, paths: ["src/__init__.py"] }] },
    );
    await rig.commit("due");
    rig.write("src/router.py", "route = 2\n");
    rig.write("src/unread.py", "x = 2\n");
    await rig.git("add", ".");
    const { stdout } = await rig.gate("status");
    expect(stdout).toContain("src/router.py  (2 of 3 tests read it)");
    expect(stdout).toMatch(/src\/unread\.py\n/);
    expect(await rig.gateJson("status")).toMatchObject({
      suites: [{ changes: [{ path: "src/router.py", tests: { reading: 2, of: 3 } }, { tests: null }] }],
    });
  });
});

describe("the environment of a run", () => {
  const environment = {
    type: "environment",
    language: "CPython 3.11.7",
    distributions: { torch: "2.4.0", numpy: "2.1.0" },
    accelerators: { cuda: "12.1" },
  };

  it("is in the manifest, and differs from a lock file aloud", async () => {
    const rig = await rigReading([], { also: [environment] });
    rig.write("uv.lock", '[[package]]\nname = "torch"\nversion = "2.5.1"\n');
    await rig.git("add", ".");
    const { stderr } = await rig.commit("due");
    expect(stderr).toContain("other versions than uv.lock has: torch 2.4.0 (locked: 2.5.1)");
    expect(JSON.parse(rig.read("test-reports/model-tests.json"))).toMatchObject({
      environment: {
        language: "CPython 3.11.7",
        distributions: { torch: "2.4.0" },
        accelerators: { cuda: "12.1" },
      },
    });
    expect((await rig.gate("verify")).code).toBe(0);
  });
});

describe("a module of the repository", () => {
  const loaded = (name: string, path: string) => [{ type: "modules", modules: [{ name, path }] }];

  it("that was loaded from a copy gives no evidence, and the cure is named", async () => {
    const rig = await rigReading([], {
      also: loaded("router", "/opt/venv/lib/python3.11/site-packages/router.py"),
    });
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      "the tests loaded router from /opt/venv/lib/python3.11/site-packages/router.py, not from src/router.py",
    );
    expect(ended.stderr).toContain("pip install -e .");
    expect(rig.exists("test-reports")).toBe(false);
  });

  it("that lies in a project of its own is installed from there", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("src/ml app/pyproject.toml", "");
    rig.write("src/ml app/src/core/__init__.py", "");
    await rig.git("add", ".");
    rig.suite.answers([{ id: TEST }], { also: loaded("core", "/opt/other/src/core/__init__.py") });
    const ended = await rig.tryCommit("due");
    expect(ended.stderr).toContain("not from src/ml app/src/core/__init__.py");
    expect(ended.stderr).toContain("pip install -e './src/ml app'  (or uv sync there)");
  });

  it("may be loaded from the checkout, also by way of a linked one", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    const link = join(rig.base, "link");
    symlinkSync(rig.directory, link);
    rig.suite.answers([{ id: TEST }], { also: loaded("router", join(rig.directory, "src/router.py")) });
    await rig.at(link).commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("may be one of a program that a test wrote, and of any place that git tracks", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("src/app/__init__.py", "");
    rig.write("vendor/app/__init__.py", "");
    await rig.git("add", ".");
    const gone = join(tmpdir(), "gate-was-here-and-is-gone/router.py");
    const modules = [
      { name: "router", path: gone },
      { name: "app", path: join(rig.directory, "vendor/app/__init__.py") },
    ];
    const written = join(rig.base, "router.py");
    writeFileSync(written, "");
    const also = [{ type: "modules", modules: [...modules, { name: "router", path: written }] }];
    rig.suite.answers([{ id: TEST }], { also });
    const { stderr } = await rig.tryCommit("due");
    expect(stderr).toContain(`the tests loaded router from ${written}, not from src/router.py`);
    expect(stderr).not.toContain(gone);
    expect(stderr).not.toContain("loaded app from");
    rig.suite.answers([{ id: TEST }], {
      also,
      before: `cp -p "${written}" "${written}.new"; mv "${written}.new" "${written}"`,
    });
    expect((await rig.tryCommit("due")).code).toBe(0);
  });

  it("is stale where its compiled form is older than its source", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("src/app/__init__.py", "");
    rig.write("src/app/_fast.c", "int x;\n");
    rig.write(".gitignore", ".gate/\n*.so\n");
    await rig.git("add", ".");
    const extension = join(rig.directory, "src/app/_fast.cpython-311-x86_64-linux-gnu.so");
    mkdirSync(join(rig.directory, "src/app"), { recursive: true });
    writeFileSync(extension, "elf");
    utimesSync(extension, 1_000_000_000, 1_000_000_000);
    rig.suite.answers([{ id: TEST }], { also: loaded("app._fast", extension) });
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("which is older than src/app/_fast.c");
    utimesSync(extension, 4_000_000_000, 4_000_000_000);
    expect((await rig.tryCommit("due")).code).toBe(0);
  });
});

describe("a test that reads no production file", () => {
  const tests = [
    { id: "tests/a.py::real", file: "tests/a.py", reads: ["src/router.py"] },
    { id: "tests/b.py::pattern", file: "tests/b.py", reads: ["tests/helper.py"] },
  ];

  it("refuses the record with pattern-tests: error, by name", async () => {
    const rig = await rigReading([], { suiteLines: "    pattern-tests: error\n" });
    rig.suite.answers(tests);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("tests/b.py::pattern executed no production file");
    expect(ended.stderr).not.toContain("tests/a.py::real");
  });

  it("is one that reads nothing but a file of pins", async () => {
    const rig = await rigReading([], {
      suiteLines: "    pattern-tests: error\n    pins: [src/models.pin]\n",
    });
    rig.write("weights", "w");
    const sha256 = createHash("sha256").update("w").digest("hex");
    rig.write("src/models.pin", `${sha256}  1  weights\n`);
    await rig.git("add", "src");
    rig.suite.answers([{ id: TEST, file: "tests/test_hello.py", reads: ["src/models.pin"] }]);
    const ended = await rig.tryCommit("due");
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("executed no production file")]);
    rig.write("gate.yaml", rig.read("gate.yaml").replace("pattern-tests: error", "pattern-tests: allow"));
    await rig.git("add", ".");
    expect((await rig.gate("run")).code).toBe(0);
    expect((await rig.gate("gaps")).stdout).not.toContain("models.pin");
  });

  it("is told of evidence that was accepted before the setting", async () => {
    const rig = await rigReading([]);
    rig.suite.answers(tests);
    await rig.commit("due");
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    pattern-tests: error\n`);
    await rig.git("add", ".");
    const ended = await rig.gate("run");
    expect(ended.stdout).toContain("fresh");
    expect(ended.stdout).toContain(
      "tests/b.py::pattern executed no production file among the inputs when it was recorded",
    );
    expect(ended.stdout).toContain("gate run --force");
    expect((await rig.gate("run", "--force")).code).toBe(1);
  });

  it("is allowed without it", async () => {
    const rig = await rigReading([]);
    rig.suite.answers(tests);
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});
