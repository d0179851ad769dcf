import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type InitRepository, initRepository, writePythonProject } from "../rig/init-repository.ts";
import { PROJECT } from "../rig/repository.ts";

const opened: InitRepository[] = [];

afterEach(() => {
  for (const repository of opened.splice(0)) repository.remove();
});

interface Call {
  readonly verb: string;
  readonly told: string;
}

/** A repository with the real shims, a remote, and a gate that notes what it is called with. */
async function installed(
  prepare: (repository: InitRepository) => void,
): Promise<{ readonly repository: InitRepository; readonly calls: () => readonly Call[] }> {
  const repository = initRepository();
  opened.push(repository);
  writePythonProject(repository);
  prepare(repository);
  const root = dirname(repository.directory);
  const [gate, log] = [join(root, "gate.mjs"), join(root, "gate.log")];
  writeFileSync(
    gate,
    `import { appendFileSync, readFileSync } from "node:fs";
const told = process.argv[2].startsWith("pre-push") ? readFileSync(0, "utf8") : "";
appendFileSync(${JSON.stringify(log)}, JSON.stringify({ verb: process.argv[2], told }) + "\\n");
`,
  );
  await repository.init({ hooksDirectory: join(PROJECT, "hooks") });
  repository.git("config", "gate.launcher", gate);
  repository.git("config", "gate.node", process.execPath);
  repository.git("init", "-q", "--bare", join(root, "remote.git"));
  repository.git("remote", "add", "origin", join(root, "remote.git"));
  expect(repository.commit("first").status).toBe(0);
  const calls = () =>
    existsSync(log)
      ? readFileSync(log, "utf8")
          .trim()
          .split("\n")
          .map((line): Call => JSON.parse(line))
      : [];
  return { repository, calls };
}

/** Pushes two branches, then merges and rebases: what gate was told of each. */
function play(repository: InitRepository): void {
  repository.git("push", "-q", "origin", "HEAD:refs/heads/a", "HEAD:refs/heads/b");
  repository.git("checkout", "-q", "-b", "side");
  repository.write("src/assistant/side.py", "SIDE = 1\n");
  repository.commit("side");
  repository.git("checkout", "-q", "main");
  repository.write("src/assistant/router.py", "TIER = 2\n");
  repository.commit("main");
  repository.git("checkout", "-q", "side");
  repository.git("rebase", "-q", "main");
  repository.git("checkout", "-q", "main");
  repository.git("merge", "-q", "side");
}

function expectAllCalled(repository: InitRepository, calls: readonly Call[]): void {
  const verbs = calls.map(({ verb }) => verb);
  for (const verb of ["pre-commit", "pre-push", "post-rewrite", "post-merge"]) expect(verbs).toContain(verb);
  const told = calls.find(({ verb }) => verb === "pre-push")?.told ?? "";
  expect(told).toContain(repository.git("rev-parse", "refs/remotes/origin/a").trim());
  expect(told).toMatch(/refs\/heads\/a\b/);
}

const has = (tool: string) => spawnSync(tool, ["--version"]).status === 0;
const hasLefthook = has("lefthook");
const hasFramework = has("pre-commit");

describe("the hooks of a push, a merge and a rewrite, as init installs them", () => {
  it("call gate as git's own", async () => {
    const { repository, calls } = await installed(() => undefined);
    play(repository);
    expectAllCalled(repository, calls());
  });

  it("call gate before a hook of the user's that reads what git says, and leave it that", async () => {
    const { repository, calls } = await installed(({ write }) =>
      write(".git/hooks/pre-push", "#!/bin/sh\nset -e\ncat >>.git/told\nexit 0\n", 0o755),
    );
    play(repository);
    expectAllCalled(repository, calls());
    const told = calls().find(({ verb }) => verb === "pre-push")?.told ?? "";
    expect(repository.read(".git/told")).toBe(told);
    expect(told.trim().split("\n")).toHaveLength(2);
  });

  it("call gate through husky", async () => {
    const { repository, calls } = await installed((project) => {
      project.write("package.json", '{"scripts": {"prepare": "husky"}}\n');
      execFileSync(join(PROJECT, "node_modules/.bin/husky"), {
        cwd: project.directory,
        env: project.environment,
      });
    });
    play(repository);
    expectAllCalled(repository, calls());
  });

  it.skipIf(!hasLefthook).each([
    ["jobs", "pre-push:\n  jobs:\n    - name: own\n      run: 'true'\n"],
    ["commands", "pre-push:\n  commands:\n    own:\n      run: 'true'\n"],
  ])("call gate through lefthook, in the form of %s (npm install --global lefthook)", async (_form, text) => {
    const { repository, calls } = await installed(({ write }) => write("lefthook.yml", text));
    execFileSync("lefthook", ["install"], { cwd: repository.directory, env: repository.environment });
    repository.commit("again", "--allow-empty");
    play(repository);
    expectAllCalled(repository, calls());
  });

  it.skipIf(!hasFramework)("call gate through the framework (pip install pre-commit)", async () => {
    const { repository, calls } = await installed(({ write }) =>
      write(".pre-commit-config.yaml", "repos: []\n"),
    );
    const stages = ["pre-commit", "pre-push", "post-merge", "post-rewrite"].flatMap((one) => ["-t", one]);
    execFileSync("pre-commit", ["install", ...stages], {
      cwd: repository.directory,
      env: repository.environment,
      stdio: "pipe",
    });
    play(repository);
    expectAllCalled(repository, calls());
  });
});
