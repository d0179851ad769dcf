import { spawn } from "node:child_process";
import { Socket } from "node:net";

interface Watchdog {
  /** Also kill this process group, whatever its environment is by then, if gate dies. */
  readonly guard: (group: number) => void;
  /** All is over: end without killing anything. */
  readonly standDown: () => void;
}

/**
 * Waits at the other end of a pipe from gate. When the pipe breaks before "done" was said, gate was killed:
 * then everything that carries the mark in its environment is killed too, until two looks in a row find
 * nothing. Exact matching comes second, because only GNU grep can compare NUL-separated records.
 * It runs as an orphan in a session of its own: neither Ctrl-C nor whoever kills gate's tree reaches it.
 */
const SCRIPT = `
trap '' HUP INT TERM
(
  groups=
  while read -r word value; do
    case $word in
      guard) groups="$groups -$value" ;;
      done) exit 0 ;;
    esac
  done
  for group in $groups; do kill -9 "$group"; done
  pass=0
  quiet=0
  while [ "$pass" -lt 100 ] && [ "$quiet" -lt 2 ]; do
    pass=$((pass + 1))
    quiet=$((quiet + 1))
    for environment in $(grep -lsF -e "$1" /proc/[0-9]*/environ); do
      if tr '\\0' '\\n' <"$environment" | grep -qxF -e "$1"; then
        pid=\${environment#/proc/}
        kill -9 "\${pid%/environ}"
        quiet=0
      fi
    done
    sleep 0.1 || sleep 1
  done
) <&3 3<&- &
`;

/** Starts the watchdog for every process that has `mark` (`NAME=value`) in its environment. */
export function startWatchdog(mark: string, path: string | undefined): Watchdog {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "gate-watchdog", mark], {
    cwd: "/",
    // The mark must not be in the watchdog's own environment, and no output of gate may be held open by it.
    env: { PATH: `/usr/bin:/bin${path === undefined ? "" : `:${path}`}` },
    // Not standard input: Node closes that with the first shell, which ends at once.
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    detached: true,
  });
  // Without a watchdog the suite still runs: it is there for the day on which gate is killed.
  child.on("error", () => undefined);
  child.unref();
  const pipe = child.stdio[3];
  if (pipe instanceof Socket) pipe.on("error", () => undefined).unref();
  const tell = (line: string) => {
    if (pipe instanceof Socket) pipe.write(`${line}\n`);
  };
  return {
    guard: (group) => tell(`guard ${group}`),
    standDown: () => tell("done"),
  };
}
