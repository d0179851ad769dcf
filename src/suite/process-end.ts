import { constants } from "node:os";
import { unreachable } from "../result.ts";
import type { ProcessEnd } from "./results.ts";

/** How a process ended, as far as a sentence about it goes. */
interface EndFacts {
  readonly end: ProcessEnd;
  /** What the runner itself complained of; null where it did not. */
  readonly complaint?: string | null | undefined;
  /** It came to its own end, so that its exit code is its own as well. */
  readonly whole: boolean;
}

/** The processor's or the program's own doing, as opposed to somebody's who killed it. */
const CRASHES: ReadonlySet<string> = new Set([
  "SIGSEGV",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGILL",
  "SIGSYS",
  "SIGTRAP",
]);

/** `pytest exited 3`, `pytest died of SIGSEGV (exit 139)`: the beginning of a sentence. */
export function endPhrase(who: string, { end, complaint, whole }: EndFacts): string {
  switch (end.kind) {
    case "exited": {
      const signal = whole ? null : signalOfExit(end.code);
      if (signal !== null) return `${deathPhrase(who, signal)} (exit ${end.code})`;
      const said = end.code === 127 ? "the shell did not find its program" : (complaint ?? null);
      return `${who} exited ${end.code}${said === null ? "" : `: ${said}`}`;
    }
    case "signalled":
      return deathPhrase(who, end.signal);
    case "not-started":
      return `The command could not be started: ${end.reason}`;
    case "service-failed":
      return end.reason.replace(/\.$/, "");
    case "timed-out":
      return `${who} was stopped at its time limit`;
    case "interrupted":
      return `${who} was interrupted`;
    default:
      return unreachable(end);
  }
}

function deathPhrase(who: string, signal: string): string {
  return `${who} ${CRASHES.has(signal) ? "died of" : "was killed by"} ${signal}`;
}

/** A shell says so of what it started. */
function signalOfExit(code: number): string | null {
  const [name = null] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
  return name;
}

/** Whether the runner was ended before it had come to its own end. */
export function diedOf({ end, whole }: EndFacts): boolean {
  return end.kind === "signalled" || (end.kind === "exited" && !whole && signalOfExit(end.code) !== null);
}
