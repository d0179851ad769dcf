import { mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readShared, touchShared } from "../../../../src/adapters/files/shared-directory.ts";

describe("a directory that others write to as well", () => {
  it("leads nobody to a file of their own that is elsewhere", () => {
    const directory = mkdtempSync(join(tmpdir(), "gate-shared-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const [mine, claim] = [join(directory, "mine"), join(directory, "claim")];
    writeFileSync(mine, "");
    utimesSync(mine, 1, 1);
    symlinkSync(mine, claim);
    touchShared(claim, new Date());
    expect(statSync(mine).mtimeMs).toBe(1000);
  });

  it.runIf(process.platform === "linux")("has no file that is read for longer than it says", () => {
    // the kernel says of it that it is empty, as a file system of another user's may
    expect(statSync("/proc/self/smaps").size).toBe(0);
    expect(readShared("/proc/self/smaps")).toBe("unreadable");
  });
});
