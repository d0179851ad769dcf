import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type InitRepository, initRepository, writePythonProject } from "../rig/init-repository.ts";

const TOOLS = resolve("node_modules/.bin");
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

const codes = ({ document }: Awaited<ReturnType<InitRepository["init"]>>) =>
  document.problems.map(({ code }) => code);

const isExecutable = (repository: InitRepository, path: string) =>
  (statSync(join(repository.directory, path)).mode & 0o111) !== 0;

async function expectNothingToDo(repository: InitRepository): Promise<void> {
  const { document, exit } = await repository.init();
  expect({ exit, edits: document.edits }).toEqual({ exit: 0, edits: [] });
}

describe("git's own hooks", () => {
  it("are created, and called by commits and merges", async () => {
    const repository = project();
    expect((await repository.init()).exit).toBe(0);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["pre-commit pass", "post-commit pass"]);

    repository.git("branch", "other");
    repository.write("here.txt", "here\n");
    repository.commit();
    repository.git("checkout", "-q", "other");
    repository.write("there.txt", "there\n");
    repository.commit();
    repository.git("merge", "-q", "--no-edit", "main");
    expect(repository.calls()).toContain("pre-merge-commit pass");
    await expectNothingToDo(repository);
  });

  it("are called after what the user's hook already does, which keeps its mode and its style", async () => {
    const repository = project();
    repository.write(".git/hooks/pre-commit", '#!/bin/bash\n\techo own >>.git/calls\n[ -n "$BASH" ]', 0o750);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["own", "pre-commit pass", "post-commit pass"]);
    expect(statSync(join(repository.directory, ".git/hooks/pre-commit")).mode & 0o777).toBe(0o750);
    await expectNothingToDo(repository);
  });

  it("are called from where git started the user's hook, wherever that has gone", async () => {
    const repository = project();
    repository.write("frontend/package.json", "{}\n");
    repository.write(".git/hooks/pre-commit", "#!/bin/sh\ncd frontend && echo own >>../.git/calls\n", 0o755);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["own", "pre-commit pass", "post-commit pass"]);
    await expectNothingToDo(repository);
  });

  it("that are there, and not found from where the user's hook has gone, are named", async () => {
    const repository = project();
    await repository.init();
    const own = "#!/bin/sh\ncd src\n";
    repository.write(".git/hooks/pre-commit", `${own}sh "\${0%/*}/gate/pre-commit" || exit $?\n`, 0o755);
    const { document } = await repository.init();
    expect(document.problems.map(({ message }) => message)).toEqual([
      ".git/hooks/pre-commit goes to another directory before gate's line (line 2: cd src), which is not found from there.",
    ]);
  });

  it("work in a linked worktree, which shares them", async () => {
    const repository = project();
    repository.commit();
    const linked = `${repository.directory}-linked`;
    repository.git("worktree", "add", "-q", linked);
    expect((await repository.init({}, { directory: linked })).exit).toBe(0);
    execFileSync("git", ["commit", "-q", "--allow-empty", "-m", "x"], {
      cwd: linked,
      env: repository.environment,
    });
    expect(repository.calls()).toEqual(["pre-commit pass", "post-commit pass"]);
  });

  it("refuse the commit when they are told so, and a later init leaves that as it is", async () => {
    const repository = project();
    await repository.init({ whenMissing: "refuse" });
    const { status } = repository.commit();
    expect(status).toBe(1);
    expect(repository.calls()).toEqual(["pre-commit refuse"]);
    await expectNothingToDo(repository);
    await repository.init({ whenMissing: "pass" });
    expect(repository.commit().status).toBe(0);
  });

  it.each([
    ["a hook in another language", "#!/usr/bin/env python3\nprint('own')\n", /not a shell script/],
    ["a hook that ends before", "#!/bin/sh\necho own\nexit 0\n", /line 3: exit 0/],
    ["a hook that becomes another program", '#!/bin/sh\nexec ./check "$@"\n', /line 2: exec/],
    ["an unfinished line", "#!/bin/sh\necho own \\\n", /middle of a line/],
    ["bytes that are no text", new Uint8Array([0x23, 0x21, 0xff, 0xfe, 0x0a]), /not UTF-8/],
  ])("are not edited for %s, with the line to add by hand", async (_what, content, reason) => {
    const repository = project();
    repository.write(".git/hooks/pre-commit", content, 0o755);
    const { exit, document } = await repository.init();
    expect(exit).toBe(1);
    const [refused] = document.problems;
    expect(refused).toMatchObject({ code: "edit-refused", path: ".git/hooks/pre-commit" });
    expect(refused?.message).toMatch(reason);
    expect(refused?.hint).toContain('/gate/pre-commit" || exit $?');
    expect(document.edits.map(({ target }) => target)).not.toContain(".git/hooks/pre-commit");
    expect(document.edits.map(({ target }) => target)).toContain(".git/hooks/gate/pre-commit");
  });

  it("are edited where an exit is conditional or in a here-document", async () => {
    const repository = project();
    const own =
      "#!/bin/sh\nif false; then\n  exit 1\nfi\ntrue || exit 1\nexec 3>/dev/null\ncat >/dev/null <<END\nexit 0\nEND\n";
    repository.write(".git/hooks/pre-commit", own, 0o755);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["pre-commit pass", "post-commit pass"]);
  });

  it("are not edited through a link that leads out of their directory", async () => {
    const repository = project();
    repository.write("scripts/check.sh", "#!/bin/sh\n", 0o755);
    symlinkSync("../../scripts/check.sh", join(repository.directory, ".git/hooks/pre-commit"));
    const { exit, document } = await repository.init();
    expect(exit).toBe(1);
    expect(document.problems[0]?.message).toMatch(/symbolic link that leads out/);
    expect(repository.read("scripts/check.sh")).toBe("#!/bin/sh\n");
  });

  it("are named where they are not executable, and stay so", async () => {
    const repository = project();
    repository.write(".git/hooks/pre-commit", "#!/bin/sh\n", 0o644);
    const outcome = await repository.init();
    expect(codes(outcome)).toEqual(["not-wired"]);
    expect(isExecutable(repository, ".git/hooks/pre-commit")).toBe(false);
  });
});

describe("core.hooksPath", () => {
  it("leads to the folder of the repository that gets the hooks", async () => {
    const repository = project();
    repository.write(".githooks/pre-commit", "#!/bin/sh\necho own >>.git/calls\n", 0o755);
    repository.git("config", "core.hooksPath", ".githooks");
    expect((await repository.init()).exit).toBe(0);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["own", "pre-commit pass", "post-commit pass"]);
    expect(repository.git("ls-files", ".githooks")).toContain(".githooks/gate/pre-merge-commit");
    await expectNothingToDo(repository);
  });

  it.each([
    ["alone", null],
    ["beside the pre-commit framework", ".pre-commit-config.yaml"],
  ])("comes with no clone: it is named where the tree has its folder, %s", async (_how, framework) => {
    const repository = project();
    if (framework !== null) repository.write(framework, "repos: []\n");
    repository.git("config", "core.hooksPath", ".githooks");
    await repository.init();
    expect(repository.commit().status).toBe(0);
    repository.git("config", "--unset", "core.hooksPath");
    const { exit, document } = await repository.init();
    expect(exit).toBe(0);
    expect(document.edits).toEqual([]);
    expect(document.problems).toMatchObject([
      { code: "not-wired", hint: "git config core.hooksPath .githooks" },
    ]);
    repository.git("config", "core.hooksPath", ".githooks");
    await expectNothingToDo(repository);
  });

  it("is said to leave behind what .git/hooks does, but for what gate put there", async () => {
    const repository = project();
    repository.write(".git/hooks/commit-msg", "#!/bin/sh\necho team\n", 0o755);
    repository.write(".git/hooks/pre-rebase", "#!/bin/sh\nasleep\n", 0o644);
    expect((await repository.init()).document.problems).toEqual([]);
    repository.git("config", "core.hooksPath", ".githooks");
    const { exit, document } = await repository.init();
    expect(exit).toBe(0);
    expect(document.problems).toMatchObject([
      { code: "not-wired", severity: "warning", path: ".git/hooks/commit-msg" },
    ]);
  });

  it("is left alone where other repositories may share it", async () => {
    const repository = project();
    const shared = `${repository.directory}-hooks`;
    mkdirSync(shared);
    writeFileSync(join(shared, "pre-commit"), "#!/bin/sh\n");
    repository.git("config", "core.hooksPath", shared);
    const outcome = await repository.init();
    expect(codes(outcome)).toEqual(["edit-refused"]);
    expect(outcome.document.edits.map(({ target }) => target)).toContain("gate.yaml");
    expect(outcome.document.edits.some(({ target }) => target.startsWith(shared))).toBe(false);
  });
});

describe("husky", () => {
  const install = (repository: InitRepository) =>
    execFileSync(join(TOOLS, "husky"), { cwd: repository.directory, env: repository.environment });

  it("gets gate's line last, and runs it", async () => {
    const repository = project();
    repository.write("package.json", '{"scripts": {"prepare": "husky"}}\n');
    repository.write(".husky/pre-commit", "echo own >>.git/calls\n");
    install(repository);
    expect((await repository.init()).exit).toBe(0);
    expect(repository.read(".husky/post-commit")).not.toContain("#!");
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["own", "pre-commit pass", "post-commit pass"]);
    expect(repository.git("ls-files", ".husky")).toContain(".husky/gate/pre-commit");
    await expectNothingToDo(repository);
  });

  it("stops the commit where the gate says no", async () => {
    const repository = project();
    repository.write("package.json", '{"scripts": {"prepare": "husky"}}\n');
    install(repository);
    await repository.init({ whenMissing: "refuse" });
    expect(repository.commit().status).toBe(1);
  });

  it("is named where it is not installed in this clone", async () => {
    const repository = project();
    repository.write("package.json", '{"scripts": {"prepare": "husky"}}\n');
    const outcome = await repository.init();
    expect(codes(outcome)).toEqual(["not-wired"]);
    expect(outcome.document.problems[0]?.hint).toBe("npx husky");
    install(repository);
    expect(repository.commit().status).toBe(0);
    expect(repository.calls()).toEqual(["pre-commit pass", "post-commit pass"]);
    await expectNothingToDo(repository);
  });
});

const has = (tool: string) => spawnSync(tool, ["--version"]).status === 0;
const hasLefthook = has("lefthook");
const hasFramework = has("pre-commit");

describe("lefthook.yml", () => {
  const FILES = {
    jobs: "pre-commit:\n  jobs:\n    - name: own   # ours\n      run: echo own >>.git/calls\n",
    commands: "# ours\npre-commit:\n  commands:\n    lint:\n      run: echo own >>.git/calls\n",
    flow: "pre-commit: {commands: {lint: {run: 'echo own >>.git/calls'}}}   # ours\n",
  };

  it.each(Object.entries(FILES))(
    "with %s gets one more, keeps its comments, and is left alone then",
    async (_form, text) => {
      const repository = project();
      repository.write("lefthook.yml", text);
      const { exit, document } = await repository.init();
      expect(exit).toBe(0);
      expect(document.next).toContain("lefthook install");
      expect(repository.read("lefthook.yml")).toContain("# ours");
      expect(repository.read("lefthook.yml")).toContain("sh .lefthook/gate/pre-merge-commit");
      await expectNothingToDo(repository);
    },
  );

  it("changes nothing else in the file", async () => {
    const repository = project();
    repository.write("lefthook.yml", FILES.jobs.replaceAll("\n", "\r\n"));
    await repository.init();
    const after = repository.read("lefthook.yml");
    expect(after.startsWith(FILES.jobs.replaceAll("\n", "\r\n"))).toBe(true);
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("that runs its jobs in parallel is complained about", async () => {
    const repository = project();
    repository.write("lefthook.yml", `${FILES.jobs}  parallel: true\n`);
    expect(codes(await repository.init())).toEqual(["hook-order"]);
  });

  it("that is no YAML is not edited", async () => {
    const repository = project();
    repository.write("lefthook.yml", "pre-commit:\n\t- x: [\n");
    const outcome = await repository.init();
    expect(codes(outcome)).toEqual(["edit-refused"]);
    expect(repository.read("lefthook.yml")).toBe("pre-commit:\n\t- x: [\n");
  });

  describe.skipIf(!hasLefthook)("in lefthook itself (npm install --global lefthook)", () => {
    it.each(Object.entries(FILES))("with %s runs the gate last", async (_form, text) => {
      const repository = project();
      repository.write("lefthook.yml", text);
      await repository.init();
      execFileSync("lefthook", ["install"], { cwd: repository.directory, env: repository.environment });
      expect(repository.commit().status).toBe(0);
      expect(repository.calls()).toEqual(["own", "pre-commit pass", "post-commit pass"]);
    });
  });
});

describe(".pre-commit-config.yaml", () => {
  const CONFIG = `# ours
repos:
-   repo: local
    hooks:
    -   id: own   # first
        name: own
        entry: sh -c 'echo own >>.git/calls'
        language: system
        always_run: true
        pass_filenames: false
`;

  it("gets a local hook at its end and keeps every byte before it", async () => {
    const repository = project();
    repository.write(".pre-commit-config.yaml", CONFIG);
    const { exit, document } = await repository.init();
    expect(exit).toBe(0);
    const after = repository.read(".pre-commit-config.yaml");
    expect(after.startsWith(CONFIG)).toBe(true);
    expect(after).toContain("-   repo: local\n    hooks:\n      - id: gate\n");
    expect(document.next.join("\n")).toContain("gate starts no suite");
    expect(document.edits.map(({ target }) => target)).not.toContain(".gate-hooks/post-commit");
    await expectNothingToDo(repository);
  });

  it("without any hook gets its first", async () => {
    const repository = project();
    repository.write(".pre-commit-config.yaml", "repos: []   # ours\n");
    expect((await repository.init()).exit).toBe(0);
    expect(repository.read(".pre-commit-config.yaml")).toContain("# ours");
    await expectNothingToDo(repository);
  });

  it("that already calls gate at the commit gets the other stages only", async () => {
    const repository = project();
    const text =
      "repos:\n  - repo: local\n    hooks:\n      - {id: x, name: x, entry: gate pre-commit, language: system}\n";
    repository.write(".pre-commit-config.yaml", text);
    await repository.init();
    const after = repository.read(".pre-commit-config.yaml");
    expect(after.startsWith(text)).toBe(true);
    expect(after).not.toContain(".gate-hooks/pre-commit");
    expect(after).toContain(".gate-hooks/pre-push");
    await expectNothingToDo(repository);
  });

  it.each(["gate", "gate-python"])(
    "that has gate's own hooks (%s) is left as it is, without shims",
    async (id) => {
      const repository = project();
      const ids = [id, `${id}-pre-push`, `${id}-post-merge`, `${id}-post-rewrite`];
      const hooks = ids.map((one) => `      - id: ${one}\n`).join("");
      const text = `repos:\n  - repo: https://example.org/model-gate\n    rev: v1\n    hooks:\n${hooks}`;
      repository.write(".pre-commit-config.yaml", text);
      const { exit, document } = await repository.init();
      expect(exit).toBe(0);
      expect(repository.read(".pre-commit-config.yaml")).toBe(text);
      expect(document.edits.filter(({ target }) => target.startsWith(".gate-hooks/"))).toEqual([]);
      await expectNothingToDo(repository);
    },
  );

  it.each([
    ["is a list", "- a\n"],
    ["has repos of another form", "repos: {a: b}\n"],
  ])("that %s is not edited", async (_what, text) => {
    const repository = project();
    repository.write(".pre-commit-config.yaml", text);
    expect(codes(await repository.init())).toEqual(["edit-refused"]);
    expect(repository.read(".pre-commit-config.yaml")).toBe(text);
  });

  describe.skipIf(!hasFramework)("in the framework itself (pip install pre-commit)", () => {
    it("runs the gate last", async () => {
      const repository = project();
      repository.write(".pre-commit-config.yaml", CONFIG);
      await repository.init();
      execFileSync("pre-commit", ["install"], { cwd: repository.directory, env: repository.environment });
      const { status, output } = repository.commit();
      expect({ status, output }).toMatchObject({ status: 0 });
      expect(repository.calls()).toEqual(["own", "pre-commit pass"]);
    });
  });
});
