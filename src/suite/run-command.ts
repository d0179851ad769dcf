/** What only prepares: it starts no test, and the exit code of the whole is that of what comes after. */
const PREPARATION = /^(?:cd|export|unset|set)(?:\s|$)|^(?:\.|source)\s+\S*\bactivate$/;
/** Runs whatever its argument says, and that may be several commands. */
const SHELL_WITH_SCRIPT = /(?:^|[\s/])(?:sh|bash|dash|zsh|ksh)\s(?:.*\s)?-[a-z]*c(?:\s|$)/;
const NOT_A_COMMAND = /^(?:!|eval)(?:\s|$)/;

/**
 * Whether the exit code of a suite's command is that of one command alone, as far as the shell's line says it:
 * of `pytest a && pytest b`, a 1 may mean that the second never started.
 */
export function isOneCommand(run: string): boolean {
  const parts = commandsIn(run);
  const last = parts?.at(-1);
  if (parts === null || last === undefined || NOT_A_COMMAND.test(last)) return false;
  return parts.slice(0, -1).every((part) => PREPARATION.test(part)) && !SHELL_WITH_SCRIPT.test(last);
}

/**
 * One after the other, or only after the one before. What this does not know, such as a pipe, a group or a
 * substitution that is more than a word, it does not take apart: null.
 */
const TOKENS =
  /(?<kept>\\.|'[^']*'|"(?:\\.|\$\([\w ./-]*\)|[^"\\`$]|\$(?!\())*"|\$\([\w ./-]*\)|[<>]&|>\||[^\s\\'"`&|;()$<>#]+|\$(?!\()|[<>]|(?<=\S)#|[^\S\n]+)|(?<next>&&|;|\n)|(?<comment>#[^\n]*)/sy;

function commandsIn(run: string): readonly string[] | null {
  const commands: string[] = [];
  let command = "";
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < run.length) {
    const groups = TOKENS.exec(run)?.groups;
    if (groups === undefined) return null;
    command += groups.kept === "\\\n" ? "" : (groups.kept ?? "");
    if (groups.next === undefined) continue;
    commands.push(command);
    command = "";
  }
  return [...commands, command].map((one) => one.trim()).filter((one) => one !== "");
}
