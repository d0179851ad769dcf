import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { livingProcesses, start, until } from "../rig/started.ts";

interface Archived {
  readonly rig: Rig;
  readonly name: string;
  /** Of the session. */
  readonly directory: string;
  readonly archive: string;
}

async function withSession(): Promise<Archived> {
  const rig = await Rig.create();
  await rig.withEvidence();
  return sessionOf(rig);
}

function sessionOf(rig: Rig): Archived {
  const sessions = join(rig.directory, ".gate/sessions");
  const [name = ""] = readdirSync(sessions).toSorted().toReversed();
  const directory = join(sessions, name);
  return { rig, name, directory, archive: join(directory, "run.tar.gz") };
}

async function withArchive(): Promise<Archived> {
  const session = await withSession();
  const { code, stderr } = await session.rig.gate("archive");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return session;
}

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Puts another archive in the place of a session's, with a record that fits it. */
function replace(archive: string, bytes: Buffer): void {
  writeFileSync(archive, bytes);
  writeFileSync(`${archive}.sha256`, `${sha256(archive)}  run.tar.gz\n`);
}

/** An archive that somebody else has made, of what lies in a directory. */
function foreign(rig: Rig, make: (directory: string) => void, ...options: string[]): Buffer {
  const directory = join(rig.base, "foreign/RUN_20260213_142722");
  mkdirSync(directory, { recursive: true });
  make(directory);
  const entries = readdirSync(directory).map((one) => `RUN_20260213_142722/${one}`);
  const tar = execFileSync("tar", ["-C", dirname(directory), "-cf", "-", ...options, ...entries]);
  return gzipSync(tar);
}

describe("gate archive", () => {
  it("packs all of a session that stays, in a form that other tools read", async () => {
    const { rig, name, directory, archive } = await withSession();
    mkdirSync(join(directory, "artifacts/empty"));
    writeFileSync(join(directory, "artifacts", `${"long-".repeat(40)}é`), "long\n");
    writeFileSync(join(directory, "reserve"), "room");
    const { code, stdout } = await rig.gate("archive");
    expect(code).toBe(0);
    expect(stdout).toContain(`gate  .gate/sessions/${name}/run.tar.gz: `);
    expect(stdout).toContain(sha256(archive));
    const listed = execFileSync("tar", ["-tzf", archive, "--quoting-style=literal"], { encoding: "utf8" });
    const names = listed.trimEnd().split("\n");
    expect(names.every((one) => one.startsWith(`${name}/`))).toBe(true);
    for (const path of [
      "session.json",
      "progression.log",
      "artifacts/empty/",
      `artifacts/${"long-".repeat(40)}é`,
      "logs/run.log",
      "logs_summary.txt",
    ])
      expect(names).toContain(`${name}/${path}`);
    for (const path of ["reserve", "run.tar.gz", "run.tar.gz.sha256", "reports/"])
      expect(names).not.toContain(`${name}/${path}`);
    const unpacked = join(rig.base, "unpacked");
    mkdirSync(unpacked);
    execFileSync("tar", ["-xzf", archive, "-C", unpacked]);
    expect(readFileSync(join(unpacked, name, "session.json"))).toEqual(
      readFileSync(join(directory, "session.json")),
    );
  });

  it("records the digest where sha256sum and people find it", async () => {
    const { directory, archive } = await withArchive();
    const checked = execFileSync("sh", ["-c", "sha256sum -c run.tar.gz.sha256"], {
      cwd: directory,
      encoding: "utf8",
    });
    expect(checked).toBe("run.tar.gz: OK\n");
    expect(readFileSync(join(directory, "logs_summary.txt"), "utf8")).toContain(sha256(archive));
  });

  it("gives the same bytes each time, whenever and with whatever rights the files were written", async () => {
    const { rig, directory, archive } = await withArchive();
    const first = readFileSync(archive);
    for (const file of ["output.log", "session.json"]) {
      const path = join(directory, file);
      const content = readFileSync(path);
      rmSync(path);
      writeFileSync(path, content, { mode: 0o600 });
      utimesSync(path, 1, 1);
    }
    await rig.gate("archive");
    expect(readFileSync(archive).equals(first)).toBe(true);
    // neither a time nor a system in gzip's header
    expect([...first.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  });

  it("gives its facts to scripts", async () => {
    const { rig, name, archive } = await withSession();
    const { stdout } = await rig.gate("archive", name, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "gate/archive@1",
      ok: true,
      did: "write",
      session: name,
      archive: `.gate/sessions/${name}/run.tar.gz`,
      sha256: sha256(archive),
      bytes: readFileSync(archive).length,
      missing: [],
      problems: [],
    });
  });

  it.each<[string, (path: string, outside: string) => unknown, string]>([
    ["symbolic link", (path, outside) => symlinkSync(outside, path), "artifacts/x is a symbolic link"],
    ["hard link", (path, outside) => linkSync(outside, path), "artifacts/x is a hard link"],
    ["fifo", (path) => execFileSync("mkfifo", [path]), "artifacts/x is a fifo"],
    ["socket", listening, "artifacts/x is a socket"],
    [
      "name that is not UTF-8",
      (path) => writeFileSync(Buffer.concat([Buffer.from(path), Buffer.from([0xff])]), ""),
      "artifacts/x\ufffd is a name that is not UTF-8",
    ],
    [
      "name that leads elsewhere on another system",
      (path) => writeFileSync(`${path}\\..\\..\\y`, ""),
      "leads out of the session",
    ],
  ])("refuses a %s by name, and leaves the last archive as it was", async (_, make, said) => {
    const { rig, directory, archive } = await withArchive();
    const before = readFileSync(archive);
    const outside = join(rig.base, "outside");
    writeFileSync(outside, "secret\n");
    await make(join(directory, "artifacts/x"), outside);
    const { code, stderr } = await rig.gate("archive");
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).toContain("(archive-refused)");
    expect(readFileSync(archive).equals(before)).toBe(true);
    expect(existsSync(`${archive}.sha256`)).toBe(true);
  });

  it("refuses a session whose directory is a link", async () => {
    const { rig, directory } = await withSession();
    renameSync(directory, join(rig.base, "elsewhere"));
    symlinkSync(join(rig.base, "elsewhere"), directory);
    const { code, stderr } = await rig.gate("archive");
    expect(code).toBe(1);
    expect(stderr).toContain("is no directory of its own");
  });

  it("refuses a session that runs, takes the one before it, and takes a killed one", async () => {
    const before = await withSession();
    const { rig } = before;
    const ready = join(rig.base, "ready");
    rig.suite.does(`touch "${ready}"\nexec sleep 300`);
    const gate = start(rig, process.execPath, [GATE, "run", "--force"]);
    await until(() => existsSync(ready), "the suite to run");
    const { name } = sessionOf(rig);
    const refused = await rig.gate("archive", name);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${name} is still running`);
    expect((await rig.gate("archive")).stdout).toContain(`${before.name}/run.tar.gz`);
    gate.signal("SIGKILL");
    await gate.ended;
    await until(() => livingProcesses(rig).length === 0, "the suite to be ended");
    const taken = await rig.gate("archive", name);
    expect(taken.stdout).toContain(`${name}/run.tar.gz`);
    expect((await rig.gate("archive", "--verify", name)).code).toBe(0);
  });

  it("names the nearest session where there is no such one", async () => {
    const { rig, name } = await withSession();
    const { code, stderr } = await rig.gate("archive", "RUN_20010101_000000");
    expect(code).toBe(2);
    expect(stderr).toContain(name);
  });
});

async function listening(path: string): Promise<void> {
  const server = createServer().listen(path);
  onTestFinished(() => void server.close());
  await new Promise((ready) => server.once("listening", ready));
}

describe("gate archive --verify", () => {
  it("reads a whole archive, in its session and anywhere else, also outside of a repository", async () => {
    const { rig, name, archive } = await withArchive();
    const here = await rig.gate("archive", "--verify");
    expect(here.code).toBe(0);
    expect(here.stdout).toContain(`${name}/run.tar.gz: whole and as recorded: `);
    const away = join(rig.base, "away");
    mkdirSync(away);
    for (const end of ["", ".sha256"]) copyFileSync(`${archive}${end}`, join(away, `run.tar.gz${end}`));
    const elsewhere = await rig.gate("-C", away, "archive", "--verify", "run.tar.gz", "--json");
    expect(elsewhere.code).toBe(0);
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ ok: true, session: name, archive: "run.tar.gz" });
  });

  it("says which entry damage begins at, wherever a byte was changed or the end cut off", async () => {
    const { rig, name, archive } = await withArchive();
    const whole = readFileSync(archive);
    const last = whole.length - 1;
    for (const at of [0, 12, Math.floor(last / 2), last - 2]) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      writeFileSync(archive, bytes);
      const { code, stderr } = await rig.gate("archive", "--verify");
      expect(code, `byte ${at}`).toBe(1);
      expect(stderr, `byte ${at}`).toContain("is not what was recorded: its SHA-256 is");
      expect(stderr, `byte ${at}`).toContain(`archive the session again:  gate archive ${name}`);
      expect(stderr, `byte ${at}`).not.toContain("take back the file from the archive");
    }
    replace(archive, whole.subarray(0, Math.floor(last / 2)));
    const cut = await rig.gate("archive", "--verify");
    expect(cut.code).toBe(1);
    expect(cut.stderr).toMatch(/damaged in or after RUN_\S+: unexpected end of file/);
    // cut off between two entries: what is left of it is a tar without its end
    const tar = gunzipSync(whole);
    replace(archive, gzipSync(tar.subarray(0, 512)));
    expect((await rig.gate("archive", "--verify")).stderr).toContain("it breaks off");
  });

  it("compares with what the session has, and says what it does not have any more", async () => {
    const { rig, directory } = await withArchive();
    rmSync(join(directory, "logs"), { recursive: true });
    const missing = await rig.gate("archive", "--verify", "--json");
    expect(missing.code).toBe(0);
    expect(JSON.parse(missing.stdout).missing).toEqual(expect.arrayContaining(["logs", "logs/run.log"]));
    expect((await rig.gate("archive", "--verify")).stdout).toContain("does not have any more");
    writeFileSync(join(directory, "output.log"), "something else\n");
    const { code, stderr } = await rig.gate("archive", "--verify");
    expect(code).toBe(1);
    expect(stderr).toContain("output.log is another file in the session");
  });

  it("tells an archive without a record, or without itself", async () => {
    const { rig, archive } = await withArchive();
    rmSync(`${archive}.sha256`);
    const unrecorded = await rig.gate("archive", "--verify");
    expect(unrecorded.code).toBe(1);
    expect(unrecorded.stderr).toContain("has no record of its SHA-256");
    rmSync(archive);
    const gone = await rig.gate("archive", "--verify");
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("(archive-missing)");
  });

  it("tells the archive of another session", async () => {
    const { rig, directory, archive } = await withArchive();
    const other = join(dirname(directory), "RUN_20990101_000000");
    mkdirSync(other);
    copyFileSync(join(directory, "session.json"), join(other, "session.json"));
    for (const end of ["", ".sha256"]) copyFileSync(`${archive}${end}`, join(other, `run.tar.gz${end}`));
    const { code, stderr } = await rig.gate("archive", "--verify", "RUN_20990101_000000");
    expect(code).toBe(1);
    expect(stderr).toContain("it is the archive of");
  });

  it.each<[string, (rig: Rig) => Buffer, string]>([
    ["link", (rig) => foreign(rig, (at) => symlinkSync("/etc/passwd", join(at, "x"))), "is a symlink"],
    [
      "hard link",
      (rig) =>
        foreign(rig, (at) => {
          writeFileSync(join(at, "x"), "x");
          linkSync(join(at, "x"), join(at, "y"));
        }),
      "is a link",
    ],
    ["fifo", (rig) => foreign(rig, (at) => execFileSync("mkfifo", [join(at, "x")])), "is a fifo"],
    [
      "path that leads out of it",
      (rig) => foreign(rig, (at) => writeFileSync(join(at, "x"), ""), "--transform=s,/x,/../../x,"),
      "leads out of the session",
    ],
    [
      "path that is absolute",
      (rig) => foreign(rig, (at) => writeFileSync(join(at, "x"), ""), "-P", "--transform=s,^,/tmp/,"),
      "has an absolute path",
    ],
    [
      "bomb",
      (rig) =>
        gzipSync(
          declaring(
            foreign(rig, (at) => writeFileSync(join(at, "x"), "x")),
            2 ** 33 - 1,
          ),
        ),
      "more than an archive",
    ],
  ])("refuses an archive with a %s", async (_, make, said) => {
    const rig = await Rig.create();
    const archive = join(rig.base, "run.tar.gz");
    replace(archive, make(rig));
    const { code, stderr } = await rig.gate("archive", "--verify", archive);
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).toContain("(archive-invalid)");
  });
});

/** The same tar, whose first entry says that it is that large. */
function declaring(archive: Buffer, bytes: number): Buffer {
  const tar = gunzipSync(archive);
  const header = tar.subarray(0, 512);
  header.write(`${bytes.toString(8).padStart(11, "0")} `, 124, "latin1");
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return tar;
}
