import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { archivable, writeArchive } from "../../../src/sessions/archive.ts";
import { checkArchive } from "../../../src/sessions/archive-check.ts";

const NAME = "RUN_20260213_142722";
const never = new AbortController().signal;

function sessionWith(files: Readonly<Record<string, string | Uint8Array>>) {
  const base = mkdtempSync(join(tmpdir(), "gate-archive-"));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const directory = join(base, NAME);
  mkdirSync(directory);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return { name: NAME, directory };
}

type Session = ReturnType<typeof sessionWith>;

function entriesOf(session: Session) {
  const entries = archivable(session);
  if (!entries.ok) throw new Error(entries.error.map(({ message }) => message).join("\n"));
  return entries.value;
}

function check(session: Session) {
  const archive = join(session.directory, "run.tar.gz");
  return checkArchive({ archive, shown: "run.tar.gz", session, abort: never });
}

describe("writing an archive", () => {
  it("refuses a file that changes meanwhile, and leaves nothing half-written", async () => {
    const session = sessionWith({ "a.log": "one\n", "logs/b.log": "two\n" });
    const entries = entriesOf(session);
    appendFileSync(join(session.directory, "logs/b.log"), "three\n");
    const written = await writeArchive(session, entries, never);
    expect(written).toMatchObject({ ok: false, error: { code: "archive-refused", path: "logs/b.log" } });
    expect(readdirSync(session.directory).toSorted()).toEqual(["a.log", "logs"]);
  });

  it("refuses a file in whose place there is a link meanwhile", async () => {
    const session = sessionWith({ "a.log": "one\n" });
    const entries = entriesOf(session);
    renameSync(join(session.directory, "a.log"), join(dirname(session.directory), "outside"));
    symlinkSync("../outside", join(session.directory, "a.log"));
    const written = await writeArchive(session, entries, never);
    expect(written).toMatchObject({ ok: false, error: { path: "a.log" } });
    expect(readdirSync(session.directory)).toEqual(["a.log"]);
  });

  it("ends when it is interrupted, and leaves nothing half-written", async () => {
    const session = sessionWith({ "a.log": Buffer.alloc(8 << 20, "text") });
    const abort = new AbortController();
    const writing = writeArchive(session, entriesOf(session), abort.signal);
    abort.abort();
    expect(await writing).toMatchObject({
      ok: false,
      error: { message: "interrupted; there is no new archive." },
    });
    expect(readdirSync(session.directory)).toEqual(["a.log"]);
  });

  it("gives an archive that is found whole, and the same one twice, whatever the files are", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
      .filter((one) => !/[/\\\0]|^\.{1,2}$|^[A-Za-z]:/.test(one) && Buffer.byteLength(one) < 200);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `x/${names.join("/")}`);
    const files = fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 2000 })), {
      maxLength: 12,
      selector: ([one]) => one.split("/")[1],
    });
    await fc.assert(
      fc.asyncProperty(files, async (given) => {
        const session = sessionWith(Object.fromEntries(given));
        const first = await writeArchive(session, entriesOf(session), never);
        expect(await writeArchive(session, entriesOf(session), never)).toEqual(first);
        expect(await check(session)).toMatchObject({ files: given.length, missing: [], problems: [] });
      }),
      { numRuns: 25 },
    );
  });
});

describe("reading an archive", () => {
  it("comes to an end and says no, whatever has become of it", async () => {
    const session = sessionWith({
      "a.log": "one\n".repeat(500),
      "logs/b.log": createText(),
      "z.log": "end\n",
    });
    await writeArchive(session, entriesOf(session), never);
    const archive = join(session.directory, "run.tar.gz");
    const whole = readFileSync(archive);
    const place = fc.nat(whole.length - 1);
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, change, cut) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        writeFileSync(archive, cut ? whole.subarray(0, at) : bytes);
        const { problems, sha256 } = await check(session);
        expect(problems.length).toBeGreaterThan(0);
        // with a record that fits, only what is in it can tell: it may be whole, and never ends in an error
        writeFileSync(`${archive}.sha256`, `${sha256}  run.tar.gz\n`);
        await check(session);
        const record = createHash("sha256").update(whole).digest("hex");
        writeFileSync(`${archive}.sha256`, `${record}  run.tar.gz\n`);
      }),
      { numRuns: 60 },
    );
  });
});

/** Text that does not compress to nothing, and is the same each time. */
function createText(): string {
  return Array.from({ length: 300 }, (_, index) =>
    createHash("sha1").update(String(index)).digest("hex"),
  ).join("\n");
}
