import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runProgram } from "../rig/processes.ts";
import { PROJECT, Rig } from "../rig/repository.ts";

const KEPT_CODE = join(PROJECT, "bin/kept-code.js");
const PART = "part-12345678.cjs";

/** A small program in two parts, one of which has a hash in its name, and a home to keep its code in. */
class Program {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "gate-kept-")));
  readonly home = join(this.base, "home");
  readonly file = join(this.home, ".cache/model-gate", `status-${process.version}-${process.arch}.code`);

  constructor() {
    onTestFinished(() => rmSync(this.base, { recursive: true, force: true }));
    mkdirSync(join(this.base, "dist"));
    mkdirSync(this.home);
    this.write("main.cjs", `const { say } = require("./${PART}");\nsay(require("node:path").sep);\n`);
    this.write(PART, 'exports.say = (text) => console.log("said " + text + __filename.slice(-4));\n');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.base, "dist", name), text);
  }

  async start(verb = "status", env: Readonly<Record<string, string>> = { HOME: this.home }) {
    const parts = JSON.stringify(join(this.base, "dist"));
    const code = `require(${JSON.stringify(KEPT_CODE)}).keepCode(${parts}, "${verb}"); require(${parts} + "/main.cjs")`;
    return runProgram(process.execPath, ["-e", code], { cwd: this.base, env });
  }

  /** What it says, and nothing else. */
  async said(): Promise<string> {
    const { code, stdout, stderr } = await this.start();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }
}

const SAID = "said /.cjs\n";

it("code is kept by the first start for the next ones, in a file that is the user's own", async () => {
  const program = new Program();
  expect(await program.said()).toBe(SAID);
  const { mtimeMs, mode } = statSync(program.file);
  expect(mode & 0o777).toBe(0o600);
  const [[name, bytes]] = JSON.parse(readFileSync(program.file, "latin1").split("\n")[0] ?? "");
  expect(name).toBe(PART);
  expect(bytes).toBeGreaterThan(100);
  expect(await program.said()).toBe(SAID);
  expect(statSync(program.file).mtimeMs).toBe(mtimeMs);
  expect(readdirSync(join(program.file, ".."))).toHaveLength(1);
});

it.each([
  { what: "garbage", spoil: (file: string) => writeFileSync(file, "no JSON\n") },
  { what: "nothing", spoil: (file: string) => writeFileSync(file, "") },
  { what: "half of it", spoil: (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 200)) },
  {
    what: "data that is damaged, of which V8 would die,",
    spoil: (file: string) => {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0, bytes.length - 80, bytes.length - 16));
    },
  },
  { what: "old code", spoil: (file: string) => utimesSync(file, 1, 1) },
  { what: "what anybody can write", spoil: (file: string) => chmodSync(file, 0o666) },
])("$what is not believed, and replaced", async ({ spoil }) => {
  await expectReplaced(spoil);
});

it.skipIf(process.getuid?.() !== 0)(
  "somebody else's is not believed, and replaced (needs root)",
  async () => {
    await expectReplaced((file) => chownSync(file, 12_345, 12_345));
  },
);

async function expectReplaced(spoil: (file: string) => void): Promise<void> {
  const program = new Program();
  await program.said();
  spoil(program.file);
  expect(await program.said()).toBe(SAID);
  const { uid, mode, mtimeMs } = statSync(program.file);
  expect({ uid, mode: mode & 0o777 }).toEqual({ uid: process.getuid?.(), mode: 0o600 });
  expect(mtimeMs).toBeGreaterThan(10_000);
  await program.said();
  expect(statSync(program.file).mtimeMs).toBe(mtimeMs);
}

it("a link is not followed: what it leads to is not run, and not written", async () => {
  const program = new Program();
  await program.said();
  const elsewhere = join(program.base, "elsewhere");
  writeFileSync(elsewhere, "theirs");
  rmSync(program.file);
  symlinkSync(elsewhere, program.file);
  expect(await program.said()).toBe(SAID);
  expect(readFileSync(elsewhere, "utf8")).toBe("theirs");
  expect(statSync(program.file).size).toBeGreaterThan(100);
});

it("a part without a hash in its name is never kept: V8 would run the old one for a new one of its length", async () => {
  const program = new Program();
  await program.said();
  program.write("main.cjs", `const { say } = require("./${PART}");\nsay(require("node:path").SEP);\n`);
  expect(await program.said()).toBe("said undefined.cjs\n");
});

it.each([
  { what: "without a home", env: {} },
  { what: "with a home that is no path", env: { HOME: "." } },
  { what: "with a home that is a file", env: { HOME: "/dev/null" } },
  { what: "with a cache that nobody can make", env: { XDG_CACHE_HOME: "/proc/none" } },
])("it starts $what", async ({ env }) => {
  const program = new Program();
  const { code, stdout, stderr } = await program.start("status", env);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: SAID, stderr: "" });
  expect(readdirSync(program.base).toSorted()).toEqual(["dist", "home"]);
});

it("a part that imports when it runs is not kept: V8 would not find what it imports", async () => {
  const program = new Program();
  program.write("more.mjs", "export const more = 'more';\n");
  program.write(PART, 'exports.say = async () => console.log((await import("./more.mjs")).more);\n');
  expect(await program.said()).toBe("more\n");
  expect(await program.said()).toBe("more\n");
  program.write(
    PART,
    '/** @type {import("./more.mjs").more} */\nexports.say = () => console.log("typed");\n',
  );
  expect(await program.said()).toBe("typed\n");
  expect(readFileSync(program.file, "latin1")).toContain(PART);
});

it("what other starts have kept stays, as long as the program has it", async () => {
  const program = new Program();
  const named = (letter: string) => `other-${letter.repeat(8)}.cjs`;
  for (const letter of ["a", "b", "c"]) program.write(named(letter), "");
  program.write("main.cjs", 'require("./other-" + process.env.LETTER.repeat(8) + ".cjs");\n');
  const kept = () =>
    JSON.parse(readFileSync(program.file, "latin1").split("\n")[0] ?? "").map(([name]: [string]) => name);
  for (const LETTER of ["a", "b"]) await program.start("status", { HOME: program.home, LETTER });
  expect(kept().toSorted()).toEqual([named("a"), named("b")]);
  rmSync(join(program.base, "dist", named("a")));
  await program.start("status", { HOME: program.home, LETTER: "c" });
  expect(kept().toSorted()).toEqual([named("b"), named("c")]);
});

it("nothing is kept for who does not want it", async () => {
  const program = new Program();
  const { stdout } = await program.start("status", { HOME: program.home, NODE_DISABLE_COMPILE_CACHE: "1" });
  expect(stdout).toBe(SAID);
  expect(readdirSync(program.home)).toEqual([]);
});

it("nothing is kept for verify, which judges what others wrote", async () => {
  const program = new Program();
  const rig = await Rig.create();
  await rig.withEvidence();
  const env = { HOME: program.home, TMPDIR: program.home };
  expect((await rig.gateWith(env, "verify")).code).toBe(0);
  expect((await rig.gateWith(env, "-C", rig.directory, "verify")).code).toBe(0);
  expect(readdirSync(program.home)).toEqual([]);
});

it("nothing in a checkout is run: it may be what somebody has committed", async () => {
  const program = new Program();
  await program.said();
  const before = statSync(program.file).mtimeMs;
  mkdirSync(join(program.base, ".git"));
  writeFileSync(program.file, "theirs");
  expect(await program.said()).toBe(SAID);
  expect(readFileSync(program.file, "utf8")).toBe("theirs");
  rmSync(join(program.base, ".git"), { recursive: true });
  expect(await program.said()).toBe(SAID);
  expect(statSync(program.file).mtimeMs).toBeGreaterThan(before);
});

it("what judges is kept: none of its parts imports when it runs", async () => {
  const program = new Program();
  const rig = await Rig.create();
  await rig.withEvidence();
  const parts = JSON.stringify(join(PROJECT, "dist"));
  const code = `require(${JSON.stringify(KEPT_CODE)}).keepCode(${parts}, "status"); require(${parts} + "/cli.cjs")`;
  const env = { HOME: program.home };
  expect((await rig.run(process.execPath, ["-e", code, "gate", "status", "--rev", "HEAD"], env)).code).toBe(
    0,
  );
  const [file = ""] = readdirSync(join(program.file, ".."));
  const kept = readFileSync(join(program.file, "..", file), "latin1").split("\n")[0];
  for (const part of ["cli", "judging", "command-line"]) expect(kept).toContain(`"${part}-`);
});

it("verify loads what it uses: nothing of the base without one, of settings only who reads files of that kind", async () => {
  const rig = await Rig.create();
  rig.write("pyproject.toml", "[tool.other]\nuntouched = true\n");
  await rig.withEvidence();
  const says = `process.on("exit", () => console.error(Object.keys(require.cache).join(" ")))`;
  const code = `${says}; require(${JSON.stringify(join(PROJECT, "dist/cli.cjs"))})`;
  const { code: exit, stderr } = await rig.run(process.execPath, ["-e", code, "gate", "verify", "--json"]);
  expect(exit).toBe(0);
  const parts = stderr.match(/(?<=\/dist\/)[\w-]+(?=-[\w-]{8}\.cjs)/g) ?? [];
  expect(parts).toEqual(expect.arrayContaining(["verifying", "evidence", "toml"]));
  for (const part of ["judging", "why-ignored", "against-base", "lost-by-rules", "json-settings", "dist"])
    expect(parts).not.toContain(part);
});

it("an error says where it was thrown, with the kept code too", async () => {
  const program = new Program();
  program.write("part-87654321.cjs", "exports.say = () => {\n  throw new Error('lost');\n};\n");
  program.write("main.cjs", 'require("./part-87654321.cjs").say();\n');
  for (const time of ["first", "second"]) {
    const { code, stderr } = await program.start();
    expect({ time, code }).toEqual({ time, code: 1 });
    expect(stderr).toContain("part-87654321.cjs:2:9");
  }
});

it.each(["attach", "check", "pre-commit", "pre-merge-commit", "run", "verify"])(
  "%s has V8 optimise late, of which nothing is said",
  async (verb) => {
    const rig = await Rig.create();
    const ended = await rig.run(process.execPath, [join(PROJECT, "bin/gate.js"), verb, "--help"]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const budget = "require('node:v8').setFlagsFromString('--interrupt-budget=1000000')";
    expect(readFileSync(join(PROJECT, "bin/gate.js"), "utf8").replaceAll('"', "'")).toContain(budget);
    expect(await rig.run(process.execPath, ["-e", budget])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
  },
);
