import { join } from "node:path";
import { readKernelFile } from "../adapters/files/kernel.ts";
import type { ProcessEnd } from "./results.ts";

/** How many processes the kernel has killed for want of memory; null where it does not say. */
export interface OomKills {
  /** In gate's own control group, which the suite shares. */
  readonly group: number | null;
  /** On the whole machine. */
  readonly machine: number | null;
}

/** Reads the kernel's counters; `root` stands for `/` in tests. */
export function readOomKills(root = "/"): OomKills {
  return { group: readGroup(root), machine: readCount(join(root, "proc/vmstat")) };
}

/**
 * Says that memory ran out only where the kernel's counters say so. A kill somewhere on the machine counts
 * only where the suite's own process died of SIGKILL; one in its control group always does.
 */
export function oomEvidence(before: OomKills, after: OomKills, end: ProcessEnd): string | null {
  const inGroup = rise(before.group, after.group);
  if (inGroup > 0) return `the kernel killed ${processes(inGroup)} here for want of memory (cgroup oom_kill)`;
  if (!endedByKill(end)) return null;
  const onMachine = rise(before.machine, after.machine);
  if (onMachine === 0) return null;
  return `the suite was killed (SIGKILL) while the kernel killed ${processes(onMachine)} for want of memory`;
}

function endedByKill(end: ProcessEnd): boolean {
  // 137 is how a shell reports a child that died of SIGKILL.
  if (end.kind === "exited") return end.code === 137;
  return end.kind === "signalled" && end.signal === "SIGKILL";
}

function rise(before: number | null, after: number | null): number {
  return before === null || after === null ? 0 : Math.max(0, after - before);
}

function processes(count: number): string {
  return count === 1 ? "1 process" : `${count} processes`;
}

/** The first counter that exists: cgroup v2, v2 beside v1, v1, v1 as a container sees it. */
function readGroup(root: string): number | null {
  const { unified, memory } = groupPaths(root);
  const places = [
    ...(unified === null ? [] : [`${unified}/memory.events`, `unified/${unified}/memory.events`]),
    ...(memory === null ? [] : [`memory/${memory}/memory.oom_control`, "memory/memory.oom_control"]),
  ];
  for (const place of places) {
    const count = readCount(join(root, "sys/fs/cgroup", place));
    if (count !== null) return count;
  }
  return null;
}

/** Lines of /proc/self/cgroup: `0::/path` for v2, `4:memory:/path` for v1. */
function groupPaths(root: string): { readonly unified: string | null; readonly memory: string | null } {
  const lines = readKernelFile(join(root, "proc/self/cgroup"))?.toString("utf8").split("\n") ?? [];
  let unified: string | null = null;
  let memory: string | null = null;
  for (const line of lines) {
    const [, hierarchy, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (hierarchy === "0") unified = path;
    if (controllers?.split(",").includes("memory")) memory = path;
  }
  return { unified, memory };
}

function readCount(path: string): number | null {
  const [, count] = /^oom_kill (\d+)$/m.exec(readKernelFile(path)?.toString("utf8") ?? "") ?? [];
  return count === undefined ? null : Number(count);
}
