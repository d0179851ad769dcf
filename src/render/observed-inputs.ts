import type { ObservedStatus } from "../commands/status-document.ts";

const MOST_PATHS = 20;

/** The three lists of `gate status --inputs`, and the lines for gate.yaml that they suggest. */
export function renderObserved(observed: ObservedStatus | null): readonly string[] {
  if (observed === null) {
    const who = "of pytest, node:test and vitest gate sees it in a whole run";
    return [`  nobody has seen what its tests read; ${who}:  gate run --force`];
  }
  const { session, undeclared, untracked, unread, proposals, ofTheseInputs } = observed;
  const source =
    session === null ? "its evidence tells, for declared inputs alone" : `session ${session} saw`;
  return [
    `  what its tests read, as ${source}${ofTheseInputs ? "" : ", a run of other inputs"}:`,
    ...list("read, and not declared", undeclared),
    ...list("read, and not tracked by git", untracked),
    ...(ofTheseInputs
      ? list("declared, and not seen to be read", unread)
      : ["    declared, and not seen to be read: nobody knows before a run of these inputs:  gate run"]),
    ...lines("add to inputs: in gate.yaml", proposals.add),
    ...lines("keeps out what was read: an exclude wins over every other pattern", proposals.narrow),
    ...lines("may be left out, if they cannot change a result", proposals.leaveOut),
    ...(proposals.leaveOut.some((pattern) => pattern.endsWith("/"))
      ? ["    A pattern of a directory leaves out the files that come into it later, too."]
      : []),
  ];
}

function list(title: string, paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [`    ${title}: none`];
  const more = paths.length - MOST_PATHS;
  const shown = paths.slice(0, MOST_PATHS).map((path) => `      ${path}`);
  return [`    ${title}:`, ...shown, ...(more > 0 ? [`      and ${more} more`] : [])];
}

function lines(title: string, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) return [];
  return [`    ${title}:`, ...patterns.map((pattern) => `      - ${JSON.stringify(pattern)}`)];
}
