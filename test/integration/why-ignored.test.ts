import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitAtOnce } from "../../src/adapters/git/command.ts";
import type { PathReport, WhyIgnoredDocument } from "../../src/commands/why-ignored-document.ts";
import { runProgram } from "../rig/processes.ts";
import { GATE, Rig } from "../rig/repository.ts";

const CLASSIC = "*.log\nlogs/\n\n!test-reports/logs/**/*.log\n";
const SESSION = "test-reports/logs/test_hello/session.log";

async function ignoring(rules: string): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.write(".gitignore", rules);
  return rig;
}

async function why(rig: Rig, ...args: string[]): Promise<readonly PathReport[]> {
  const ended = await rig.gate("why-ignored", "--json", ...args);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const document: WhyIgnoredDocument = JSON.parse(ended.stdout);
  expect(document).toMatchObject({ schema: "gate/why-ignored@1", problems: [] });
  return document.paths;
}

async function whyOf(rig: Rig, ...args: string[]): Promise<PathReport> {
  const [report] = await why(rig, ...args);
  if (report === undefined) throw new Error("no answer");
  return report;
}

async function text(rig: Rig, ...args: string[]): Promise<string> {
  const ended = await rig.gate("why-ignored", ...args);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return ended.stdout;
}

/** Standard input as a shell writes it: any bytes. */
function fromShell(rig: Rig, script: string, ...args: string[]) {
  const command = `${script} | "$0" "$@"`;
  return rig.run("sh", ["-c", command, process.execPath, GATE, "why-ignored", ...args]);
}

describe("gate why-ignored of one path", () => {
  it("tells the classic: a negation below an excluded directory, and the line that is missing", async () => {
    const rig = await ignoring(CLASSIC);
    expect(await whyOf(rig, SESSION)).toEqual({
      path: SESSION,
      ignored: true,
      tracked: false,
      rule: { file: ".gitignore", line: 2, pattern: "logs/" },
      blockedBy: { directory: "test-reports/logs", file: ".gitignore", line: 2, pattern: "logs/" },
      fix: [{ file: ".gitignore", after: 2, add: ["!test-reports/logs/"] }],
      rules: [
        {
          ...{ file: ".gitignore", line: 1, pattern: "*.log", role: "outranked", matches: SESSION },
          by: { file: ".gitignore", line: 4 },
        },
        {
          ...{ file: ".gitignore", line: 2, pattern: "logs/", role: "excludes-directory" },
          ...{ matches: "test-reports/logs", by: null },
        },
        {
          ...{ file: ".gitignore", line: 4, pattern: "!test-reports/logs/**/*.log", role: "blocked" },
          ...{ matches: SESSION, by: { file: ".gitignore", line: 2 } },
        },
      ],
      tried: { files: 0, complete: true },
      obstacle: null,
    });
    expect(await text(rig, SESSION)).toBe(`${SESSION} is ignored, and not tracked
  .gitignore:1   *.log                         matches ${SESSION}, but line 4 outranks it
  .gitignore:2   logs/                         excludes the directory test-reports/logs; git does not look inside
  .gitignore:4   !test-reports/logs/**/*.log   would re-include ${SESSION}, but cannot: its parent is excluded by line 2
Add to .gitignore after line 2 (tried: makes it tracked, changes nothing else):
  !test-reports/logs/
`);
  });

  it("keeps out what lies beside the path", async () => {
    const rig = await ignoring("logs/\n");
    rig.write(SESSION, "");
    rig.write("test-reports/logs/test_hello/metadata.json", "");
    rig.write("test-reports/logs/test_other/session.log", "");
    const { fix, tried } = await whyOf(rig, SESSION);
    expect(tried).toEqual({ files: 2, complete: true });
    for (const { file, add } of fix) rig.write(file, `logs/\n${add.join("\n")}\n`);
    expect(await rig.git("status", "--porcelain", "-uall")).toBe(`?? .gitignore\n?? ${SESSION}`);
  });

  it("says of a path that no rule matches that it is not ignored, and whether it is tracked", async () => {
    const rig = await ignoring("*.log\n");
    rig.write("src/router.py", "");
    expect(await text(rig, "src/router.py")).toBe(
      "src/router.py is not ignored (no rule matches it), and not tracked yet\n",
    );
    await rig.git("add", "src");
    expect(await text(rig, "src/router.py")).toBe(
      "src/router.py is not ignored (no rule matches it), and tracked\n",
    );
    expect(await whyOf(rig, "src")).toMatchObject({ ignored: false, tracked: true, rule: null });
    for (const top of [".", "./", "src/.."])
      expect(await whyOf(rig, top)).toMatchObject({ ignored: false, tracked: true, rule: null });
  });

  it("names the negation that lets a path in", async () => {
    const rig = await ignoring("*.log\n!keep.log\n");
    expect(
      await text(rig, "a/keep.log"),
    ).toBe(`a/keep.log is not ignored (a negation lets it in), and not tracked yet
  .gitignore:1   *.log       matches a/keep.log, but line 2 outranks it
  .gitignore:2   !keep.log   lets it in
`);
  });

  it("says that git goes on tracking a tracked file", async () => {
    const rig = await ignoring("*.log\n");
    rig.write("a.log", "");
    await rig.git("add", "-f", "a.log");
    expect(await text(rig, "a.log")).toBe(`a.log is ignored, but tracked all the same
  .gitignore:1   *.log   ignores it
git goes on tracking it; new files that the rule matches would be left out.
Add to .gitignore after line 1 (tried: no rule ignores it then, changes nothing else among 1 file in its reach):
  !/a.log
`);
  });

  it("names rules of every level, and answers those from outside in the repository", async () => {
    const rig = await ignoring("*.log\n");
    rig.write("a/.gitignore", "!x.log\n");
    rig.write(".git/info/exclude", "x.log\n*.tmp\n");
    const excludes = join(rig.base, "excludes");
    writeFileSync(excludes, "x.*\n*.bak\n");
    await rig.git("config", "--global", "core.excludesFile", excludes);
    expect((await whyOf(rig, "a/x.log")).rules).toMatchObject([
      { file: excludes, line: 1, role: "outranked" },
      { file: ".git/info/exclude", line: 1, role: "outranked" },
      { file: ".gitignore", line: 1, role: "outranked", by: { file: "a/.gitignore", line: 1 } },
      { file: "a/.gitignore", line: 1, role: "lets-in" },
    ]);
    expect(await why(rig, "a/b.tmp", "a/b.bak")).toMatchObject([
      {
        rule: { file: ".git/info/exclude", line: 2 },
        fix: [{ file: ".gitignore", after: null, add: ["!a/b.tmp"] }],
      },
      { rule: { file: excludes, line: 2 }, fix: [{ file: ".gitignore", after: null, add: ["!a/b.bak"] }] },
    ]);
    expect(await text(rig, "a/b.bak")).toContain(
      `Add at the end of .gitignore, which outranks ${excludes} (tried: `,
    );
  });

  it.each([
    ["named from the home directory", ["core.excludesFile", "~/my excludes"], "my excludes"],
    ["named last of several", ["--add", "core.excludesFile", "~/last"], "last"],
    ["named with letters beyond ASCII", ["core.excludesFile", "~/r\u00e8gles"], "r\u00e8gles"],
  ])("finds the user's rules where their file is %s", async (_how, setting, file) => {
    const rig = await ignoring("");
    await rig.git("config", "--global", "core.excludesFile", "/nowhere/excludes");
    await rig.git("config", "--global", ...setting);
    const home = await rig.git("config", "--type=path", "--default", "~", "--get", "gate.none");
    writeFileSync(join(home, file), "b.*\n*.bak\n");
    expect((await whyOf(rig, "a/b.bak")).rules).toMatchObject([
      { pattern: "b.*", role: "outranked" },
      { pattern: "*.bak", role: "ignores" },
    ]);
  });

  it("goes by a setting without a value as git does", async () => {
    const rig = await ignoring("*.LOG\n*.log\n");
    rig.write(".git/config", `${rig.read(".git/config")}[core]\n\tignorecase\n`);
    expect((await whyOf(rig, "a.log")).rules).toMatchObject([
      { pattern: "*.LOG", role: "outranked" },
      { pattern: "*.log", role: "ignores" },
    ]);
  });

  it.each([
    ["a class and an escape", "[ab].tmp\n\\x.tmp\n", "x.tmp", ["\\x.tmp"]],
    ["two stars", "**/logs/**\nlogs\n", "a/logs/b.txt", ["**/logs/**", "logs"]],
    ["a space behind it", "a.tmp \n*.tmp\n", "a.tmp", ["a.tmp", "*.tmp"]],
    ["a question mark", "?.tmp\n", "a.tmp", ["?.tmp"]],
    ["a line end of Windows", "a.tmp\r\n*.tmp\n", "a.tmp", ["a.tmp", "*.tmp"]],
    ["a negation in between", "*.tmp\n!a.*\na.tmp\n", "a.tmp", ["*.tmp", "!a.*", "a.tmp"]],
  ])("names all that match where there is %s", async (_what, rules, path, patterns) => {
    const rig = await ignoring(rules);
    const found = await whyOf(rig, path);
    expect(found.rules?.map(({ pattern }) => pattern)).toEqual(patterns);
    for (const { file, after, add } of found.fix ?? []) {
      const lines = rig.read(file).split("\n");
      lines.splice(after ?? lines.length - 1, 0, ...add);
      rig.write(file, lines.join("\n"));
    }
    expect((await whyOf(rig, path)).ignored).toBe(false);
  });

  it("is not kept waiting by a pattern that keeps git for ever", async () => {
    const rig = await ignoring(`${"*a".repeat(30)}b\n`);
    const args = ["-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin"];
    const input = Buffer.from(`${"a".repeat(200)}.tmp\n`);
    const asked = () =>
      gitAtOnce({ directory: rig.directory, environment: rig.env }, args, { input, timeoutMs: 500 });
    expect(asked).toThrow(
      /^git check-ignore had not answered after 0.5 s: a pattern with many stars can keep it/,
    );
  });

  it("finds the user's rules where git looks without a setting", async () => {
    const rig = await ignoring("");
    const XDG_CONFIG_HOME = join(rig.base, "xdg");
    mkdirSync(join(XDG_CONFIG_HOME, "git"), { recursive: true });
    writeFileSync(join(XDG_CONFIG_HOME, "git/ignore"), "*.tmp\n");
    const ended = await rig.run(process.execPath, [GATE, "why-ignored", "a.tmp", "--json"], {
      XDG_CONFIG_HOME,
    });
    expect(JSON.parse(ended.stdout).paths).toMatchObject([
      { rule: { file: join(XDG_CONFIG_HOME, "git/ignore"), line: 1 }, rules: [{ role: "ignores" }] },
    ]);
  });

  it("lets a path in from an excluded directory whose own rules would let in others", async () => {
    const rig = await ignoring("out/\n");
    rig.write("out/.gitignore", "*\n!*.txt\n");
    for (const name of ["out/a.txt", "out/b.txt", "out/c.log"]) rig.write(name, "");
    const { fix } = await whyOf(rig, "out/c.log");
    for (const { file, after, add } of fix) {
      const lines = rig.read(file).trimEnd().split("\n");
      lines.splice(after ?? lines.length, 0, ...add);
      rig.write(file, `${lines.join("\n")}\n`);
    }
    expect(await rig.git("status", "--porcelain", "-uall")).toBe("?? .gitignore\n?? out/c.log");
  });
});

describe("gate why-ignored of paths of every kind", () => {
  it("takes directories with and without a slash, there or not", async () => {
    const rig = await ignoring("logs/\nout/*\n");
    rig.write("b/logs/a.txt", "");
    expect(await why(rig, "a/logs", "a/logs/", "b/logs", "b/logs/", "out", "out/")).toMatchObject([
      { ignored: false },
      { ignored: true, fix: [{ add: ["!a/logs/"] }] },
      { ignored: true, fix: [{ add: ["!b/logs/"] }] },
      { ignored: true, fix: [{ add: ["!b/logs/"] }] },
      { ignored: false },
      { ignored: true, fix: [{ add: ["!/out/**"] }] },
    ]);
  });

  it("takes them as they look from a subdirectory, with -C, and absolute", async () => {
    const rig = await ignoring("*.log\n");
    rig.write("a/b/c.txt", "");
    const absolute = join(rig.directory, "x.log");
    const args = ["why-ignored", "--json", "c.log", "../d.log", "../../e.log", absolute];
    const { directory: cwd, env } = rig.at(join(rig.directory, "a/b"));
    const ended = await runProgram(process.execPath, [GATE, ...args], { cwd, env });
    const inside: WhyIgnoredDocument = JSON.parse(ended.stdout);
    expect(inside.paths).toMatchObject([
      { path: "c.log", fix: [{ file: ".gitignore", add: ["!a/b/c.log"] }] },
      { path: "../d.log", fix: [{ add: ["!a/d.log"] }] },
      { path: "../../e.log", fix: [{ add: ["!/e.log"] }] },
      { path: absolute, fix: [{ add: ["!/x.log"] }] },
    ]);
    expect((await rig.gate("-C", "a/b", ...args)).stdout).toBe(ended.stdout);
  });

  it("takes names that mean something to a shell, to git or to an ignore file", async () => {
    const rig = await ignoring("odd/\n");
    const names = [
      ":(top)x",
      "!bang",
      "#hash",
      "a*b",
      "[c]",
      "q?",
      "back\\slash",
      " lead",
      "trail ",
      "ü",
      "-z",
      "a\nb",
    ];
    for (const name of [...names, "a1b", "c", "qq"]) rig.write(`odd/${name}`, "");
    for (const name of names) {
      const report = await whyOf(rig, "--", `odd/${name}`);
      expect(report).toMatchObject({ path: `odd/${name}`, ignored: true, obstacle: null });
      const lines = report.fix.flatMap(({ add }) => add);
      rig.write(".gitignore", `odd/\n${lines.join("\n")}\n`);
      const visible = await rig.git("ls-files", "-o", "-z", "--exclude-standard");
      expect(visible.split("\0").filter((path) => path.startsWith("odd/"))).toEqual([`odd/${name}`]);
      rig.write(".gitignore", "odd/\n");
    }
  });

  it("takes names that are not UTF-8, as arguments and from standard input", async () => {
    const rig = await ignoring("*.log\n");
    const [report] = await (async () => {
      const ended = await fromShell(rig, "printf 'a/\\377.log'", "--stdin", "-z", "--json");
      return JSON.parse(ended.stdout).paths;
    })();
    expect(report).toMatchObject({ path: '"a/\\377.log"', ignored: true, fix: [{ add: ["!a/[! -~].log"] }] });
    const argument = await rig.run("sh", [
      ...["-c", `"$0" "$@" "$(printf 'a/\\377.log')"`, process.execPath],
      ...[GATE, "why-ignored", "--json"],
    ]);
    if (process.platform === "linux") expect(JSON.parse(argument.stdout).paths).toEqual([report]);
  });

  it("leaves directories beside the path as they are, too", async () => {
    const rig = await ignoring("a/?/*/*\na\n");
    rig.write("a/b/x.log", "");
    rig.write("a/b/logs/y.log", "");
    const { fix } = await whyOf(rig, "a/b/x.log");
    rig.write(".gitignore", ["a/?/*/*", "a", ...fix.flatMap(({ add }) => add), ""].join("\n"));
    expect(await whyOf(rig, "a/b/x.log")).toMatchObject({ ignored: false });
    expect(await whyOf(rig, "a/b/logs")).toMatchObject({ ignored: true });
    expect(await whyOf(rig, "a/b/logs/y.log")).toMatchObject({ ignored: true });
  });

  it("compares as git does where case is ignored", async () => {
    const rig = await ignoring("LOGS/\n");
    expect(await whyOf(rig, "logs/a.txt")).toMatchObject({ ignored: false });
    await rig.git("config", "core.ignoreCase", "true");
    expect(await whyOf(rig, "logs/a.txt")).toMatchObject({
      ...{ ignored: true, rule: { line: 1 } },
      ...{ fix: [{ after: 1, add: ["!/logs/"] }], rules: [{ role: "excludes-directory", matches: "logs" }] },
    });
  });

  it("says of what can never be tracked here where that begins", async () => {
    const rig = await ignoring("*.log\n");
    const library = rig.at(join(rig.base, "library"));
    mkdirSync(library.directory);
    await library.git("init", "-q");
    await library.git("commit", "-q", "--allow-empty", "-m", "first");
    await rig.git(
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      library.directory,
      "vendor/lib",
    );
    mkdirSync(join(rig.directory, "nested"));
    await rig.at(join(rig.directory, "nested")).git("init", "-q");
    symlinkSync(rig.base, join(rig.directory, "link"));
    const paths = ["a.log", "vendor/lib/a.log", "link/a.log", "nested/a.log", ".git/a.log"];
    expect(await why(rig, ...paths)).toMatchObject([
      { ignored: true, obstacle: null, fix: [{}] },
      { ignored: false, rule: null, fix: [], obstacle: { kind: "submodule", at: "vendor/lib" } },
      { ignored: false, rule: null, fix: [], obstacle: { kind: "symbolic-link", at: "link" } },
      { ignored: true, fix: [], obstacle: { kind: "nested-repository", at: "nested" } },
      { fix: [], obstacle: { kind: "git-directory", at: ".git" } },
    ]);
    expect(await text(rig, "vendor/lib/a.log")).toContain("submodule vendor/lib");
    const inside = await rig.gate("-C", "vendor/lib", "why-ignored", "--json", "a.log");
    expect(JSON.parse(inside.stdout).paths).toMatchObject([{ ignored: false, obstacle: null }]);
  });

  it("works in a linked worktree, with the rules that it shares", async () => {
    const rig = await ignoring("*.log\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "-m", "first");
    rig.write(".git/info/exclude", "*.tmp\n");
    await rig.git("worktree", "add", "-q", join(rig.base, "linked"));
    const linked = rig.at(join(rig.base, "linked"));
    expect(await why(linked, "a.log", "b.tmp")).toMatchObject([
      { rule: { file: ".gitignore", line: 1 }, rules: [{ role: "ignores" }], fix: [{ add: ["!/a.log"] }] },
      {
        rule: { file: join(rig.directory, ".git/info/exclude"), line: 1 },
        ...{ rules: [{ role: "ignores" }], fix: [{ file: ".gitignore", after: null, add: ["!/b.tmp"] }] },
      },
    ]);
  });

  it("finds the worktree where git is told about it", async () => {
    const rig = await ignoring("*.log\n");
    await rig.git("config", "core.worktree", rig.directory);
    expect(await whyOf(rig, "a.log")).toMatchObject({ ignored: true, fix: [{ add: ["!/a.log"] }] });
    const env = { GIT_DIR: join(rig.directory, ".git"), GIT_WORK_TREE: rig.directory };
    const ended = await rig.run(process.execPath, [GATE, "why-ignored", "--json", "a.log"], env);
    expect(JSON.parse(ended.stdout).paths).toMatchObject([{ ignored: true, fix: [{ add: ["!/a.log"] }] }]);
  });
});

describe("gate why-ignored --stdin", () => {
  it("reads lines, quoted where git quotes them, or paths that end in NUL", async () => {
    const rig = await ignoring("*.log\n");
    const lines = await fromShell(rig, `printf '%s\\n' a.log '"b\\tc.log"' '' d.txt`, "--stdin", "--json");
    const paths = (output: string) => JSON.parse(output).paths.map(({ path }: PathReport) => path);
    expect(paths(lines.stdout)).toEqual(["a.log", "b\tc.log", "d.txt"]);
    const nul = await fromShell(
      rig,
      `printf '%s\\0' a.log '"b"' 'c
d'`,
      "--stdin",
      "-z",
      "--json",
    );
    expect(paths(nul.stdout)).toEqual(["a.log", '"b"', "c\nd"]);
  });

  it("answers thousands at once with the rule that decides, as git does", async () => {
    const rig = await ignoring("*.log\n!keep.*\nlogs/\n");
    const names = ["a.log", "keep.log", "a.txt"];
    const paths = Array.from({ length: 3000 }, (_, index) => `d${index % 50}/${index}/${names[index % 3]}`);
    rig.write("../paths", `${paths.join("\n")}\n`);
    rig.write("d5/5/a.txt", "");
    await rig.git("add", "d5");
    const ended = await fromShell(rig, "cat ../paths", "--stdin", "--json");
    const document: WhyIgnoredDocument = JSON.parse(ended.stdout);
    const git = await rig.run("sh", ["-c", "git check-ignore --stdin -v -n --no-index < ../paths"]);
    const asGit = document.paths.map(({ path, rule }) =>
      rule === null ? `::\t${path}` : `${rule.file}:${rule.line}:${rule.pattern}\t${path}`,
    );
    expect(asGit).toEqual(git.stdout.trimEnd().split("\n"));
    expect(document.paths.filter(({ tracked }) => tracked).map(({ path }) => path)).toEqual(["d5/5/a.txt"]);
    expect(document.paths[0]).toMatchObject({ ignored: true, rules: null, fix: [], obstacle: null });
    const shown = await fromShell(rig, "cat ../paths", "--stdin");
    expect(shown.stdout).toContain("d0/0/a.log is ignored, and not tracked: .gitignore:1  *.log\n");
    expect(shown.stdout).toContain("Ask about fewer paths at once");
  });

  it("gives lines for each of some paths that hold for all of them", async () => {
    const rig = await ignoring("logs/\n");
    const paths = ["logs/a/x.log", "logs/a/y.log", "logs/b/z.log"];
    const reports = await why(rig, ...paths);
    for (const { path, fix } of reports) {
      rig.write(".gitignore", `logs/\n${fix.flatMap(({ add }) => add).join("\n")}\n`);
      const ignored = await rig.run("git", ["check-ignore", ...paths]);
      expect(ignored.stdout.trimEnd().split("\n")).toEqual(paths.filter((one) => one !== path));
    }
  });
});

describe("gate why-ignored where it cannot answer", () => {
  it("names a path outside the repository, and answers the others", async () => {
    const rig = await ignoring("*.log\n");
    const ended = await rig.gate("why-ignored", "--json", "a.log", "../b.log", "");
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      paths: [{ path: "a.log", ignored: true }],
      problems: [
        { code: "usage", path: "../b.log", message: expect.stringContaining("outside the repository") },
        { code: "usage", message: expect.stringContaining("empty") },
      ],
    });
    const shown = await rig.gate("why-ignored", "a.log", "../b.log");
    expect(shown.stdout).toContain("a.log is ignored");
    expect(shown.stderr).toContain("../b.log lies outside the repository");
  });

  it("wants paths, or standard input", async () => {
    const rig = await ignoring("");
    for (const args of [[], ["-z", "a"], ["--stdin", "a"], ["--nonsense"]]) {
      expect(await rig.gate("why-ignored", ...args)).toMatchObject({ code: 2, stdout: "" });
    }
    const outside = rig.at(rig.base);
    expect(await outside.gate("why-ignored", "a")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("not in a git repository"),
    });
  });

  it("leaves nothing behind", async () => {
    const rig = await ignoring("logs/\n");
    const temporary = join(rig.base, "tmp");
    mkdirSync(temporary);
    const before = await rig.git("status", "--porcelain", "--ignored");
    await rig.run(process.execPath, [GATE, "why-ignored", "logs/a", "logs/b/c"], { TMPDIR: temporary });
    expect(await rig.git("status", "--porcelain", "--ignored")).toBe(before);
    expect((await rig.run("ls", ["-A", temporary])).stdout).toBe("");
  });
});
