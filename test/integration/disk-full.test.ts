import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archivable, writeArchive } from "../../src/sessions/archive.ts";
import { Rig } from "../rig/repository.ts";
import { mayMount, mountSmall } from "../rig/small-mount.ts";
import { filesBelow } from "../rig/snapshot.ts";

/** A repository on a disk of its own, of 4 MiB, where a run is due; its suite logs the given amount. */
class SmallDisk {
  readonly rig: Rig;
  readonly #filler: string;

  static async create(logBytes: number): Promise<SmallDisk> {
    const outer = await Rig.create();
    const disk = join(outer.base, "disk");
    mountSmall(disk, "4m");
    mkdirSync(join(disk, "repo"));
    const rig = outer.at(join(disk, "repo"));
    await rig.git("init", "-q", "-b", "main");
    rig.installHooks();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const text = "every word of it is different: 0\n".repeat(Math.ceil(logBytes / 33));
    rig.suite.answers([{ id: "a::test_new", logs: { "session.log": text } }]);
    return new SmallDisk(rig, join(disk, "filler"));
  }

  private constructor(rig: Rig, filler: string) {
    this.rig = rig;
    this.#filler = filler;
  }

  /** Leaves so many bytes free. */
  fill(free: number): void {
    const { bavail, bsize } = statfsSync(this.rig.directory);
    writeFileSync(this.#filler, Buffer.alloc(Math.max(0, bavail * bsize - free), 1));
  }

  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Shell lines by which the suite itself fills the disk, to the last byte. */
  get fillLines(): string {
    return `cat /dev/zero > "${this.#filler}" 2>/dev/null || :`;
  }
}

describe.skipIf(!mayMount())("a full disk (needs root and mount)", () => {
  it("before the suite has started: nothing is run, and nothing harmed", async () => {
    const disk = await SmallDisk.create(100);
    const { rig } = disk;
    const reports = filesBelow(join(rig.directory, "test-reports"));
    disk.fill(0);
    const ended = await rig.tryCommit("due");
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).not.toContain("bug in gate");
    expect(ended.stderr).toMatch(/disk is full|No space left on device/);
    expect(rig.suite.runs).toBe(1);
    expect(filesBelow(join(rig.directory, "test-reports"))).toEqual(reports);
    disk.makeRoom();
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("as soon as the suite has ended: its end is noted all the same, and --from finishes it", async () => {
    const disk = await SmallDisk.create(100_000);
    const { rig } = disk;
    const events = join(rig.suite.directory, "events.ndjson");
    rig.suite.does(`cp "${events}" "$GATE_EVENTS/1-main.ndjson"\n${disk.fillLines}`);
    const reports = filesBelow(join(rig.directory, "test-reports"));
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("the disk is full");
    const session = /gate run --from (RUN_\w+)/.exec(ended.stderr)?.[1] ?? "none";
    expect(filesBelow(join(rig.directory, "test-reports"))).toEqual(reports);
    disk.makeRoom();
    const finished = await rig.gate("run", "--from", session);
    expect(finished.code).toBe(0);
    expect(finished.stdout).toContain("1 passed");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("that has room for an archive and none for its record: that is said", async () => {
    const disk = await SmallDisk.create(100);
    const sessions = join(disk.rig.directory, ".gate/sessions");
    const [name = ""] = readdirSync(sessions);
    const session = { name, directory: join(sessions, name) };
    const archived = async () => {
      const entries = archivable(session);
      return writeArchive(session, entries.ok ? entries.value : [], new AbortController().signal);
    };
    const first = await archived();
    const pages = Math.ceil((first.ok ? first.value.bytes : 0) / 4096);
    for (const file of ["run.tar.gz", "run.tar.gz.sha256"]) rmSync(join(session.directory, file));
    disk.fill(pages * 4096);
    expect(await archived()).toMatchObject({ ok: false, error: { code: "disk-full" } });
  });

  it("that keeps the suite from reporting: no pass, nothing harmed, and it runs again", async () => {
    const disk = await SmallDisk.create(400_000);
    const { rig } = disk;
    disk.fill(400_000);
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("not accepted (incomplete)");
    expect(await rig.decision("HEAD")).toBe("fresh");
    disk.makeRoom();
    await rig.commit("due");
    expect(rig.suite.runs).toBe(3);
    expect(await rig.changes()).toEqual([]);
  });

  it("while the suite runs: that is the reason, what had ended is kept, and the rest can be run", async () => {
    const disk = await SmallDisk.create(100);
    const { rig } = disk;
    const time = "2026-02-13T14:27:22.000Z";
    const test = (name: string) => ({ id: `tests/llm/t.py::${name}`, name, file: "tests/llm/t.py" });
    const end = (name: string) => [
      { type: "test-start", ...test(name) },
      {
        type: "test-end",
        id: test(name).id,
        outcome: "passed",
        duration: 0.1,
        message: null,
        properties: {},
      },
    ];
    const lines = (events: readonly object[], first: number) =>
      events.map((event, seq) => `${JSON.stringify({ v: 1, seq: seq + first, time, ...event })}\n`).join("");
    const runner = { name: "fake", version: "1" };
    const hello = { type: "hello", role: "main", runner, pid: 1, resumes: true };
    const plan = (...names: readonly string[]) => ({ type: "plan", tests: names.map(test) });
    const part = (name: string) => join(rig.suite.directory, name);
    writeFileSync(part("first"), lines([hello, plan("one", "two"), ...end("one")], 0));
    // more than fits into the block that the file has
    const log = { type: "log", id: null, name: "session.log", text: "answered\n".repeat(10_000) };
    writeFileSync(part("more"), lines([log, ...end("two"), { type: "end", tests: 2 }], 4));
    writeFileSync(part("rest"), lines([hello, plan("two"), ...end("two"), { type: "end", tests: 1 }], 0));
    rig.suite.does(`
if grep -q '"ended"' "$GATE_SETTINGS"; then cp "${part("rest")}" "$GATE_EVENTS/1-rest.ndjson"; exit 0; fi
cp "${part("first")}" "$GATE_EVENTS/1-main.ndjson"
until grep -q '::one' "$GATE_EVENTS/../llm.json" 2>/dev/null; do sleep 0.05; done
${disk.fillLines}
cat "${part("more")}" >> "$GATE_EVENTS/1-main.ndjson" || echo "no room"
exit 1`);
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("The disk was full when the suite had ended.");
    const sessions = join(rig.directory, ".gate/sessions");
    const session = readdirSync(sessions).toSorted().at(-1) ?? "";
    for (const name of readdirSync(join(sessions, session)).filter((one) => one.endsWith(".json"))) {
      const text = readFileSync(join(sessions, session, name), "utf8");
      expect(() => JSON.parse(text), name).not.toThrow();
    }
    disk.makeRoom();
    const resumed = await rig.gate("run", "--from", session);
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining("2 passed")]);
    expect(await rig.decision()).toBe("fresh");
  });

  it.each([600_000, 800_000, 1_000_000, 1_200_000, 1_400_000, 1_800_000])(
    "while the reports are made and attached, with %i bytes left for a log of 400,000",
    async (free) => {
      const disk = await SmallDisk.create(400_000);
      const { rig } = disk;
      disk.fill(free);
      const ended = await rig.gate("run");
      expect(ended.stderr).not.toContain("bug in gate");
      expect(await rig.decision("HEAD")).toBe("fresh");
      disk.makeRoom();
      if (ended.code !== 0) {
        expect(ended.stderr).toContain("the disk is full");
        const session = /gate run --from (RUN_\w+)/.exec(ended.stderr)?.[1];
        expect(session).toBeDefined();
        expect(await rig.gate("run", "--from", session ?? "")).toMatchObject({ code: 0 });
      }
      await rig.commit("due");
      expect(rig.suite.runs).toBe(2);
      expect(await rig.decision("HEAD")).toBe("fresh");
      expect(await rig.changes()).toEqual([]);
    },
  );
});
