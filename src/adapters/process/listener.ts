import { listProcessIds, openFilesOf, readKernelFile } from "../files/kernel.ts";

/** A process that takes connections at a port. */
export interface Listener {
  readonly pid: number;
  readonly command: string;
  /** Its variables, `NAME=value`; empty where they may not be seen. */
  readonly environment: readonly string[];
  /** Whether it is a process of the user who asks. */
  readonly own: boolean;
}

interface ListeningSocket {
  readonly inode: string;
  readonly user: number;
}

const LISTENING = "0A";

/**
 * Who listens at a TCP port of this machine. null: nobody, or the system does not tell whose the port is (there is
 * no /proc, or the process is another user's and hides its files).
 */
export function listenerAt(port: number): Listener | null {
  const sockets = [...socketsIn("/proc/net/tcp", port), ...socketsIn("/proc/net/tcp6", port)];
  if (sockets.length === 0) return null;
  const wanted = new Map(sockets.map((socket) => [`socket:[${socket.inode}]`, socket]));
  for (const pid of listProcessIds() ?? []) {
    const socket = openFilesOf(pid).flatMap((file) => wanted.get(file) ?? [])[0];
    if (socket !== undefined)
      return { pid, command: commandOf(pid), environment: environmentOf(pid), own: isOwn(socket) };
  }
  return null;
}

function isOwn({ user }: ListeningSocket): boolean {
  return user === process.getuid?.();
}

/** proc(5): local address and port in hexadecimal second, the state fourth, the user eighth, the inode tenth. */
function socketsIn(path: string, port: number): readonly ListeningSocket[] {
  const lines = readKernelFile(path)?.toString("latin1").trim().split("\n").slice(1) ?? [];
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local = "", , state, , , , user] = fields;
    const inode = fields[9];
    const listens = local.endsWith(`:${hexadecimal}`) && state === LISTENING;
    return listens && inode !== undefined ? [{ inode, user: Number(user) }] : [];
  });
}

function environmentOf(pid: number): readonly string[] {
  return readKernelFile(`/proc/${pid}/environ`)?.toString("utf8").split("\0") ?? [];
}

function commandOf(pid: number): string {
  const argv = readKernelFile(`/proc/${pid}/cmdline`)?.toString("utf8") ?? "";
  return argv.replaceAll("\0", " ").trim();
}
