import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfiguration } from "../../src/config/parse.ts";
import { renderInit } from "../../src/render/init.ts";
import { type InitRepository, initRepository, writePythonProject } from "../rig/init-repository.ts";

const opened: InitRepository[] = [];

function project(options: Parameters<typeof initRepository>[0] = {}): InitRepository {
  const repository = initRepository(options);
  opened.push(repository);
  writePythonProject(repository);
  return repository;
}

afterEach(() => {
  for (const repository of opened.splice(0)) repository.remove();
});

const ATTRIBUTES =
  "test-reports/** -text -filter -ident -working-tree-encoding -whitespace linguist-generated";

const targets = ({ document }: Awaited<ReturnType<InitRepository["init"]>>) =>
  document.edits.map(({ target }) => target);

/** Writes a report of each kind and says which of them git would commit. */
function committable({ write, git }: InitRepository, directory = "test-reports"): readonly string[] {
  for (const name of ["model-tests.hash", "model-tests.json", "model-tests-latest.txt", "test_x.puml"]) {
    write(`${directory}/${name}`, "x\n");
  }
  for (const name of ["session.log", "session_model.log", "metadata.json"]) {
    write(`${directory}/logs/test_x/${name}`, "x\n");
  }
  const listed = git("ls-files", "--others", "--exclude-standard", "-z", "--", directory);
  return listed.split("\0").filter((path) => path !== "");
}

describe("gate init", () => {
  it("sets a repository up, ends with the next step, and has nothing to do the second time", async () => {
    const repository = project();
    const { exit, document } = await repository.init();
    expect({ exit, applied: document.applied, problems: document.problems }).toEqual({
      exit: 0,
      applied: true,
      problems: [],
    });
    expect(document.next.at(-1)).toBe("gate run");
    expect(parseConfiguration(Buffer.from(repository.read("gate.yaml")))).toMatchObject({
      ok: true,
      value: { suites: [{ name: "model-tests", gpu: "required", reports: "test-reports" }] },
    });
    expect(repository.read(".gitignore")).toBe(
      "# gate: sessions stay here, the reports are committed\n.gate/\n__pycache__/\n",
    );
    expect(repository.read(".gitattributes")).toBe(`${ATTRIBUTES}\n`);
    expect(repository.git("config", "gate.launcher").trim()).toBe("/opt/model-gate/bin/gate.js");
    expect(repository.git("config", "gate.node").trim()).toBe("/opt/node/bin/node");

    const again = await repository.init();
    expect(again).toMatchObject({ exit: 0, document: { edits: [], applied: true } });
    expect(renderInit(again.document)).toBe(
      "gate  nothing to do; this repository is set up.\nnext: git add gate.yaml\n      gate run",
    );
  });

  it("works from a subdirectory, on the whole repository", async () => {
    const repository = project();
    await repository.init({}, { directory: join(repository.directory, "src") });
    expect(existsSync(join(repository.directory, "gate.yaml"))).toBe(true);
  });

  it("works in a repository whose name has spaces and quotes", async () => {
    const repository = project({ name: 'it\'s a "model" $HOME' });
    expect((await repository.init()).exit).toBe(0);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["pre-commit pass", "post-commit pass"]);
  });

  it("shows every change before it asks, and makes none where the answer is no", async () => {
    const repository = project();
    const said: string[] = [];
    const outcome = await repository.init(
      { yes: false },
      {
        say: (text) => said.push(text),
        ask: async (question) => {
          said.push(question);
          return false;
        },
      },
    );
    expect(outcome).toMatchObject({ exit: 1, document: { applied: false } });
    expect(said).toHaveLength(2);
    for (const target of targets(outcome)) expect(said[0]).toContain(target);
    expect(said[1]).toMatch(/^Make these \d+ changes\?$/);
    expect(repository.git("status", "--porcelain", "--", "gate.yaml", ".gitignore")).toBe("");
    expect(existsSync(join(repository.directory, ".git/hooks/pre-commit"))).toBe(false);
  });

  it("makes the changes where the answer is yes", async () => {
    const repository = project();
    const outcome = await repository.init({ yes: false }, { ask: async () => true });
    expect(outcome).toMatchObject({ exit: 0, document: { applied: true } });
  });

  it("changes nothing without a terminal and without --yes, nor in a dry run", async () => {
    const repository = project();
    const silent = await repository.init({ yes: false });
    expect(silent.exit).toBe(2);
    expect(silent.document.problems).toMatchObject([{ code: "usage", hint: "gate init --yes" }]);
    const dry = await repository.init({ dryRun: true });
    expect(dry.exit).toBe(0);
    expect(renderInit(dry.document)).toContain("+version: 1");
    expect(dry.document.edits.every(({ state }) => state === "planned")).toBe(true);
    expect(existsSync(join(repository.directory, "gate.yaml"))).toBe(false);
    expect(existsSync(join(repository.directory, ".gitignore"))).toBe(false);
  });

  it("keeps a gate.yaml that is there, and follows it", async () => {
    const repository = project();
    const own = "version: 1\nsuites:\n  small:\n    run: x\n    inputs: [src]\n    reports: out/small\n";
    repository.write("gate.yaml", own);
    repository.write(".gitignore", "out/\n");
    const outcome = await repository.init();
    expect(outcome.exit).toBe(0);
    expect(repository.read("gate.yaml")).toBe(own);
    expect(repository.read(".gitattributes")).toContain("out/small/** -text");
    expect(committable(repository, "out/small")).toHaveLength(7);
    repository.write("out/model.bin", "x");
    expect(repository.git("status", "--porcelain", "--ignored", "out")).toContain("!! out/model.bin");
  });

  it.each([
    ["is wrong", (path: string) => writeFileSync(path, "version: 1\n"), "config-invalid"],
    ["is empty", (path: string) => writeFileSync(path, ""), "config-invalid"],
    ["is a directory", (path: string) => mkdirSync(path), "config-not-a-file"],
    ["is a link", (path: string) => symlinkSync("other.yaml", path), "config-not-a-file"],
  ])("does nothing where gate.yaml %s", async (_what, make, code) => {
    const repository = project();
    make(join(repository.directory, "gate.yaml"));
    const { exit, document } = await repository.init();
    expect(exit).toBe(2);
    expect(document).toMatchObject({ edits: [], applied: false, problems: [{ code, path: "gate.yaml" }] });
  });

  it("says so where there are no tests to bind, and outside a repository", async () => {
    const repository = initRepository();
    opened.push(repository);
    expect(await repository.init()).toMatchObject({
      exit: 2,
      document: { edits: [], problems: [{ code: "config-missing" }] },
    });
    expect(await repository.init({}, { directory: resolve(repository.directory, "..") })).toMatchObject({
      exit: 2,
      document: { edits: [], problems: [{ code: "not-a-repository" }] },
    });
  });

  it("does not record a launcher that is gone tomorrow", async () => {
    const repository = project();
    const launcher = {
      node: "/usr/bin/node",
      script: "/home/ann/.npm/_npx/1/node_modules/model-gate/bin/gate.js",
    };
    const outcome = await repository.init({}, { launcher });
    expect(outcome.exit).toBe(0);
    expect(outcome.document.problems).toMatchObject([{ code: "not-wired", severity: "warning" }]);
    expect(targets(outcome)).not.toContain("gate.launcher");
    expect(outcome.document.problems[0]?.hint).toContain("npm install --global model-gate");
    repository.write("package.json", "{}\n");
    const [advised] = (await repository.init({}, { launcher })).document.problems;
    expect(advised?.hint).toContain("npm install --save-dev model-gate");
  });

  it("proposes the Python of an environment in the project, which git ignores", async () => {
    const repository = initRepository();
    opened.push(repository);
    repository.write(".gitignore", ".venv/\n");
    repository.write("requirements.txt", "torch\n");
    repository.write("tests/model/test_routing.py", "def test_route():\n    pass\n");
    repository.write(".venv/bin/python", "#!/bin/sh\n", 0o755);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.read("gate.yaml")).toContain("run: .venv/bin/python -m pytest tests/model\n");
  });
});

describe("the reports that gate init lets in", () => {
  it.each([
    ["*.log with logs/", "*.log\nlogs/\n"],
    ["a negation that cannot work", "*.log\nlogs/\n!test-reports/logs/**/*.log\n"],
    ["the directory itself", "test-reports/\n"],
    ["everything but what is named", "*\n!*.py\n!.gitignore\n!src/\n!*/\n"],
    ["kinds of files", "*.json\n*.txt\n*.hash\n*.puml\n"],
    ["CRLF and no final newline", "*.log\r\nlogs/"],
  ])("are all committed in spite of %s", async (_what, rules) => {
    const repository = project();
    repository.write(".gitignore", rules);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.read(".gitignore").startsWith(rules)).toBe(true);
    expect(committable(repository)).toHaveLength(7);
    expect((await repository.init()).document.edits).toEqual([]);
  });

  it("need only the classic two lines for *.log with logs/", async () => {
    const repository = project();
    repository.write(".gitignore", "*.log\r\nlogs/\r\n");
    await repository.init();
    expect(repository.read(".gitignore").split("\r\n").slice(2)).toEqual([
      "",
      "# gate: sessions stay here, the reports are committed",
      ".gate/",
      "__pycache__/",
      "!test-reports/logs/",
      "!test-reports/logs/**/*.log",
      "",
    ]);
  });

  it("are let in by an ignore file of their own, by the user's and by the clone's", async () => {
    const repository = project();
    repository.write("test-reports/.gitignore", "*\n!.gitignore\n");
    repository.write(".git/info/exclude", "*.puml\n");
    repository.write("../home/.config/git/ignore", "*.log\n");
    expect((await repository.init()).exit).toBe(0);
    expect(committable(repository).filter((path) => !path.endsWith(".gitignore"))).toHaveLength(7);
  });

  it("are never said to be ignored once git shows them, whatever the order of the rules", async () => {
    const repository = project();
    const rules = [
      "logs",
      "*.log",
      "!*.log",
      "test-reports/*",
      "!test-reports/logs",
      "**/test_x/",
      "session*",
    ];
    for (let turn = 0; turn < rules.length; turn += 1) {
      repository.write(".gitignore", `${[...rules.slice(turn), ...rules.slice(0, turn)].join("\n")}\n`);
      await repository.init();
      expect(committable(repository).filter((path) => !path.includes("/test_x/"))).toHaveLength(4);
    }
  });

  it("keep their bytes: the attributes come last, and once", async () => {
    const repository = project();
    repository.write(".gitattributes", `${ATTRIBUTES}\n* text=auto eol=crlf`);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.read(".gitattributes")).toBe(`* text=auto eol=crlf\n${ATTRIBUTES}\n`);
    const said = repository.git(
      "check-attr",
      "text",
      "linguist-generated",
      "--",
      "test-reports/logs/x/session.log",
    );
    expect(said).toContain("text: unset");
    expect(said).toContain("linguist-generated: set");
    expect((await repository.init()).document.edits).toEqual([]);
  });

  it("are named where other attributes outrank theirs", async () => {
    const repository = project();
    repository.write("test-reports/.gitattributes", "*.log text\n");
    const { document } = await repository.init();
    expect(document.problems[0]).toMatchObject({ code: "not-wired", path: "test-reports" });
  });

  it("may lie in a directory with spaces", async () => {
    const repository = project();
    const own = 'version: 1\nsuites:\n  model-tests: {run: x, inputs: [src], reports: "my reports"}\n';
    repository.write("gate.yaml", own);
    repository.write(".gitignore", "*.log\n");
    expect((await repository.init()).exit).toBe(0);
    expect(committable(repository, "my reports")).toHaveLength(7);
    expect(repository.git("check-attr", "text", "--", "my reports/x.log")).toContain("text: unset");
    expect((await repository.init()).document.edits).toEqual([]);
  });

  it("may not lie behind a link", async () => {
    const repository = project();
    mkdirSync(join(repository.directory, "elsewhere"));
    symlinkSync("elsewhere", join(repository.directory, "test-reports"));
    const { exit, document } = await repository.init();
    expect(exit).toBe(1);
    expect(document.problems).toMatchObject([{ code: "report-refused", path: "test-reports" }]);
  });
});

describe("files that gate init does not edit", () => {
  it.each([
    ["a link out of the tree", (path: string) => symlinkSync("/etc/hostname", path), /symbolic link/],
    ["a link inside the tree", (path: string) => symlinkSync("uv.lock", path), /symbolic link/],
    ["a directory", (path: string) => mkdirSync(path), /is a directory/],
    ["UTF-16", (path: string) => writeFileSync(path, Buffer.from("\ufeff*.log\n", "utf16le")), /not UTF-8/],
    ["Latin-1", (path: string) => writeFileSync(path, Buffer.from([0xe9, 0x0a])), /not UTF-8/],
    ["10 MB", (path: string) => writeFileSync(path, "x\n".repeat(5_000_000)), /larger than 1 MiB/],
  ])("are .gitignore as %s; the rest is still done", async (_what, make, reason) => {
    const repository = project();
    make(join(repository.directory, ".gitignore"));
    const outcome = await repository.init();
    expect(outcome.exit).toBe(1);
    expect(outcome.document.problems).toMatchObject([{ code: "edit-refused", path: ".gitignore" }]);
    expect(outcome.document.problems[0]?.message).toMatch(reason);
    expect(targets(outcome)).not.toContain(".gitignore");
    expect(existsSync(join(repository.directory, ".git/hooks/pre-commit"))).toBe(true);
  });

  it("are those that changed after they were shown", async () => {
    const repository = project();
    repository.write(".gitattributes", "a\n");
    const ask = async () => {
      repository.write(".gitattributes", "b\n");
      return true;
    };
    const { exit, document } = await repository.init({ yes: false }, { ask });
    expect({ exit, applied: document.applied }).toEqual({ exit: 1, applied: false });
    const states = document.edits.map(({ target, state }) => [target, state]);
    expect(states).toContainEqual([".gitattributes", "failed"]);
    expect(states).toContainEqual([".gitignore", "applied"]);
    expect(document.problems).toMatchObject([{ code: "edit-refused", path: ".gitattributes" }]);
    expect(repository.read(".gitattributes")).toBe("b\n");
    expect(renderInit(document)).toContain("not done  .gitattributes");
  });

  it("leave nothing half-written behind, and keep their mode", async () => {
    const repository = project();
    repository.write(".gitignore", "*.log\n");
    chmodSync(join(repository.directory, ".gitignore"), 0o600);
    await repository.init();
    expect(statSync(join(repository.directory, ".gitignore")).mode & 0o777).toBe(0o600);
    expect(readdirSync(repository.directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
