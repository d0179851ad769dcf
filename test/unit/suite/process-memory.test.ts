import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { oomEvidence, readOomKills } from "../../../src/suite/process-memory.ts";

describe("the kernel's counters", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "gate-kernel-"));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function lay(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }

  it("are read from the own group of cgroup v2 and from the machine", () => {
    lay({
      "proc/self/cgroup": "0::/user.slice/app.scope\n",
      "proc/vmstat": "nr_free_pages 12\noom_kill 9\ndrop_pagecache 1\n",
      "sys/fs/cgroup/user.slice/app.scope/memory.events":
        "low 0\nmax 4\noom 3\noom_kill 2\noom_group_kill 0\n",
    });
    expect(readOomKills(root)).toEqual({ group: 2, machine: 9 });
  });

  it("are read from cgroup v1", () => {
    lay({
      "proc/self/cgroup": "9:cpu,cpuacct:/\n4:memory:/job/17\n0::/\n",
      "sys/fs/cgroup/memory/job/17/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
    });
    expect(readOomKills(root)).toEqual({ group: 5, machine: null });
  });

  it("are read from cgroup v1 in a container, which does not see the path outside", () => {
    lay({
      "proc/self/cgroup": "4:memory:/docker/abc\n",
      "sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    });
    expect(readOomKills(root).group).toBe(1);
  });

  it("are unknown where the kernel does not tell", () => {
    expect(readOomKills(root)).toEqual({ group: null, machine: null });
    lay({ "proc/self/cgroup": "garbage\n0::/\n", "proc/vmstat": "nr_free_pages 12\n" });
    expect(readOomKills(root)).toEqual({ group: null, machine: null });
  });
});

describe("the evidence that memory ran out", () => {
  const none = { group: 0, machine: 0 };

  it("is a kill in the suite's own group, however the suite ended", () => {
    expect(oomEvidence(none, { group: 2, machine: 2 }, { kind: "exited", code: 1 })).toBe(
      "the kernel killed 2 processes here for want of memory (cgroup oom_kill)",
    );
  });

  it.each([{ kind: "signalled", signal: "SIGKILL" } as const, { kind: "exited", code: 137 } as const])(
    "is a kill on the machine together with $kind",
    (end) => {
      expect(oomEvidence(none, { group: null, machine: 1 }, end)).toBe(
        "the suite was killed (SIGKILL) while the kernel killed 1 process for want of memory",
      );
      expect(oomEvidence(none, none, end)).toBeNull();
    },
  );

  it("is not a kill elsewhere on the machine while the suite ended by itself", () => {
    expect(oomEvidence(none, { group: 0, machine: 4 }, { kind: "exited", code: 1 })).toBeNull();
    expect(oomEvidence(none, { group: 0, machine: 4 }, { kind: "timed-out" })).toBeNull();
  });

  it("is not what happened before the suite, nor a counter that can only be read once", () => {
    const killed = { kind: "signalled", signal: "SIGKILL" } as const;
    expect(oomEvidence({ group: 3, machine: 8 }, { group: 3, machine: 8 }, killed)).toBeNull();
    expect(oomEvidence({ group: null, machine: null }, { group: 3, machine: 8 }, killed)).toBeNull();
  });
});
