import { linesOf, withLinesAtEnd } from "./lines.ts";

export const HOOKS = ["pre-commit", "post-commit", "pre-merge-commit"] as const;
export type HookName = (typeof HOOKS)[number];

/** What each hook does, for the comment above it. */
export const PURPOSE: Readonly<Record<HookName, string>> = {
  "pre-commit": "gate: binds the model tests to what is committed",
  "post-commit": "gate: checks that what was judged is what was committed",
  "pre-merge-commit": "gate: the same for a merge without conflicts",
};

/** The line that calls gate's shim beside the hook. What post-commit says cannot stop a commit. */
export function gateLine(hook: HookName): string {
  const call = `sh "\${0%/*}/gate/${hook}"`;
  return hook === "post-commit" ? call : `${call} || exit $?`;
}

export function newHook(hook: HookName, shebang: boolean): string {
  return [...(shebang ? ["#!/bin/sh"] : []), `# ${PURPOSE[hook]}`, gateLine(hook), ""].join("\n");
}

export function isWired(text: string, hook: HookName): boolean {
  return linesOf(text).some((line) => !/^\s*#/.test(line) && new RegExp(`gate/${hook}(?![\\w-])`).test(line));
}

/** What keeps a line at the end of the script from being reached or understood; null where nothing does. */
export function whyNotAtEnd(text: string): string | null {
  const lines = linesOf(text);
  const shebang = lines[0]?.startsWith("#!") ? lines[0].slice(2).trim() : null;
  if (shebang !== null && !isShell(shebang)) return `is not a shell script (${shebang})`;
  if (/\\\s*$/.test(lines.at(-1) ?? "")) return "ends in the middle of a line";
  const ending = outsideHereDocuments(lines).findIndex(endsScript);
  if (ending === -1) return null;
  return `ends before its last line (line ${ending + 1}: ${(lines[ending] ?? "").trim()})`;
}

/** Adds the call as the last one. Line ends are the shell's, which reads no others. */
export function withGateLine(text: string, hook: HookName): string {
  return withLinesAtEnd(text, [`# ${PURPOSE[hook]}`, gateLine(hook)], "\n");
}

const isShell = (shebang: string) => /(^|[/\s])(sh|bash|dash|zsh|ksh|ash)(\s|$)/.test(shebang);

/** Only what stands at the margin is sure to be reached, and so to end the script; a redirection does not. */
function endsScript(line: string): boolean {
  if (/^exit\b/.test(line)) return true;
  if (/;\s*exit(\s+\S+)?\s*(#.*)?$/.test(line) && !/^\s|\b(then|do)\b|[{(]|&&|\|\|/.test(line)) return true;
  return /^exec\s+(?!\d*[<>])/.test(line);
}

/** The lines with those of here-documents blank. */
function outsideHereDocuments(lines: readonly string[]): readonly string[] {
  let end: string | null = null;
  return lines.map((line) => {
    if (end !== null) {
      if (line.trim() === end) end = null;
      return "";
    }
    end = /<<-?\s*(["']?)(\w+)\1/.exec(line)?.[2] ?? null;
    return line;
  });
}
