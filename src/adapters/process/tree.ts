import { listProcessIds, readKernelFile } from "../files/kernel.ts";

/** Everything that a command started, however it may have moved away from its parent. */
export interface ProcessTree {
  /** What is alive of the tree now. */
  readonly list: () => readonly LiveProcess[];
  /** Sends a signal to everything that is alive of the tree. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

export interface LiveProcess {
  readonly pid: number;
  readonly command: string;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** With the pid it names a process for good: the number alone is given out again. */
  readonly startedAt: string;
}

const LONGEST_COMMAND = 200;
/** Index of `starttime` among the fields of /proc/PID/stat that follow the name: proc(5) counts from 1, name second. */
const STARTED_AT = 22 - 3;

/**
 * The tree below `leader`, which mostly leads its own session and group. `mark` is a `NAME=value` that is in the
 * environment of all that it starts, and in no other process of this machine. Without /proc (macOS) the
 * process group stands for the whole tree.
 */
export function processTree(leader: number, mark: string): ProcessTree {
  // A descendant that left the session and cleared its environment is known by its parent, and must stay
  // known when that parent has ended.
  const known = new Set<string>();
  const itself = readStat(leader);
  // somebody else's process, which another instance is to replace, need not lead its group
  if (itself !== null) known.add(identity(itself));
  const members = (ids: readonly number[]): readonly ProcessStat[] => {
    const stats = ids.filter((pid) => pid !== process.pid).flatMap((pid) => readStat(pid) ?? []);
    const roots = stats.filter(
      (stat) =>
        stat.group === leader ||
        stat.session === leader ||
        known.has(identity(stat)) ||
        carriesMark(stat.pid, mark),
    );
    const found = withDescendants(roots, stats);
    for (const stat of found) known.add(identity(stat));
    return found;
  };
  return {
    list: () => {
      const ids = listProcessIds();
      if (ids === null) return listGroup(leader);
      return members(ids).map(({ pid }) => ({ pid, command: commandOf(pid) }));
    },
    signal: (signal) => {
      const ids = listProcessIds();
      if (ids === null) send(-leader, signal);
      else signalMembers(leader, members(ids), signal);
    },
  };
}

function signalMembers(leader: number, members: readonly ProcessStat[], signal: NodeJS.Signals): void {
  // The group first and in one stroke, so that what forks meanwhile cannot slip through; but only while
  // it has a member: the number of an empty group may belong to someone else by now.
  if (members.some(({ group }) => group === leader)) send(-leader, signal);
  for (const { pid, group } of members) {
    if (group !== leader) send(pid, signal);
  }
}

function withDescendants(
  roots: readonly ProcessStat[],
  stats: readonly ProcessStat[],
): readonly ProcessStat[] {
  const pids = new Set(roots.map(({ pid }) => pid));
  for (;;) {
    const children = stats.filter(({ pid, parent }) => !pids.has(pid) && pids.has(parent));
    if (children.length === 0) return stats.filter(({ pid }) => pids.has(pid));
    for (const { pid } of children) pids.add(pid);
  }
}

function identity({ pid, startedAt }: ProcessStat): string {
  return `${pid} ${startedAt}`;
}

/** null for a process that has ended, the ones that nobody has waited for (zombies) included. */
function readStat(pid: number): ProcessStat | null {
  const text = readKernelFile(`/proc/${pid}/stat`)?.toString("latin1");
  if (text === undefined) return null;
  // The program's name comes first, in parentheses, and may itself hold any character.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session] = fields;
  const startedAt = fields[STARTED_AT];
  if (state === "Z" || state === "X" || startedAt === undefined) return null;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), startedAt };
}

function carriesMark(pid: number, mark: string): boolean {
  const environment = readKernelFile(`/proc/${pid}/environ`);
  if (environment === null) return false;
  return `\0${environment.toString("latin1")}\0`.includes(`\0${mark}\0`);
}

function commandOf(pid: number): string {
  const argv = readKernelFile(`/proc/${pid}/cmdline`)?.toString("utf8") ?? "";
  const command = argv.replaceAll("\0", " ").trim();
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command;
}

function listGroup(leader: number): readonly LiveProcess[] {
  return send(-leader, 0) ? [{ pid: leader, command: `process group ${leader}` }] : [];
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It ended meanwhile, or belongs to another user: listing again tells which.
    return false;
  }
}
