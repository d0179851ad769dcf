import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Rig } from "../rig/repository.ts";
import { filesBelow } from "../rig/snapshot.ts";

function mayMount(): boolean {
  const place = join("/tmp", `gate-mount-${process.pid}`);
  try {
    mkdirSync(place);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place], { stdio: "pipe" });
    execFileSync("umount", [place], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** A repository on a disk of its own, of 4 MiB, where a run is due; its suite logs the given amount. */
class SmallDisk {
  readonly rig: Rig;
  readonly #filler: string;

  static async create(logBytes: number): Promise<SmallDisk> {
    const outer = await Rig.create();
    const disk = join(outer.base, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], { stdio: "pipe" });
    onTestFinished(() => {
      execFileSync("umount", ["-l", disk], { stdio: "pipe" });
    });
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
