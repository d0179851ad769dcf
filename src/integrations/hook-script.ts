import { linesOf, withLinesAtEnd } from "./lines.ts";

export const HOOKS = [
  "pre-commit",
  "post-commit",
  "pre-merge-commit",
  "pre-push",
  "post-merge",
  "post-rewrite",
] as const;
export type HookName = (typeof HOOKS)[number];

/** What each hook does, for the comment above it. */
export const PURPOSE: Readonly<Record<HookName, string>> = {
  "pre-commit": "gate: binds the model tests to what is committed",
  "post-commit": "gate: checks that what was judged is what was committed",
  "pre-merge-commit": "gate: the same for a merge without conflicts",
  "pre-push": "gate: verifies what is about to leave this machine",
  "post-merge": "gate: says when a merge has left HEAD without its evidence",
  "post-rewrite": "gate: says when a rewrite has left HEAD without its evidence",
};

/** git tells these something on standard input, which others read as well, such as git-lfs. */
export const TOLD: readonly HookName[] = ["pre-push", "post-rewrite"];

/** The line that calls gate's shim beside the hook. What comes after a commit cannot stop it. */
export function gateLine(hook: HookName): string {
  const call = `sh "\${0%/*}/gate/${hook}"`;
  if (hook === "post-merge") return `${call} "$@"`;
  return hook.startsWith("post-") ? call : `${call} || exit $?`;
}

/** The same where lines before it go elsewhere: the shim is beside the hook as seen from where git starts that. */
function gateLineFromTop(hook: HookName): string {
  const [call = "", ...otherwise] = gateLine(hook).split(" || ");
  return [`(cd "$gate_top" && ${call})`, ...otherwise].join(" || ");
}

const KEEP_TOP = "gate_top=$PWD";

/** Where that line goes, for a person who adds it by hand. */
export function placeOfLine(hook: HookName): string {
  return TOLD.includes(hook) ? "where standard input is still as git gave it" : "after everything else";
}

/** What a hook says for gate: one line, or a few that leave what git says for what follows. */
function gateLines(hook: HookName): readonly string[] {
  if (!TOLD.includes(hook)) return [`# ${PURPOSE[hook]}`, gateLine(hook)];
  return [
    `# ${PURPOSE[hook]}; what follows can read what git says as well`,
    "gate_told=$(cat)",
    `printf '%s\\n' "$gate_told" | ${gateLine(hook)}`,
    '[ -z "$gate_told" ] || exec <<END',
    "$gate_told",
    "END",
  ];
}

export function newHook(hook: HookName, shebang: boolean): string {
  return [...(shebang ? ["#!/bin/sh"] : []), ...gateLines(hook), ""].join("\n");
}

export function isWired(text: string, hook: HookName): boolean {
  return linesOf(text).some((line) => !/^\s*#/.test(line) && new RegExp(`gate/${hook}(?![\\w-])`).test(line));
}

/** What keeps gate's lines in the script from being reached or understood; null where nothing does. */
export function obstacleIn(text: string, hook: HookName): string | null {
  const lines = linesOf(text);
  const shebang = lines[0]?.startsWith("#!") ? lines[0].slice(2).trim() : null;
  if (shebang !== null && !isShell(shebang)) return `is not a shell script (${shebang})`;
  return TOLD.includes(hook) ? null : whyNotAtEnd(lines);
}

function whyNotAtEnd(lines: readonly string[]): string | null {
  if (/\\\s*$/.test(lines.at(-1) ?? "")) return "ends in the middle of a line";
  const ending = outsideHereDocuments(lines).findIndex(endsScript);
  if (ending === -1) return null;
  return `ends before its last line (line ${ending + 1}: ${(lines[ending] ?? "").trim()})`;
}

/**
 * Adds the call as the last one, or before all others where these would take what git says. Line ends are the
 * shell's, which reads no others.
 */
export function withGateLine(text: string, hook: HookName): string {
  if (TOLD.includes(hook)) return withLinesAtHead(text, gateLines(hook));
  if (!goesElsewhere(text)) return withLinesAtEnd(text, gateLines(hook), "\n");
  const lines = [`# ${PURPOSE[hook]}`, gateLineFromTop(hook)];
  return withLinesAtEnd(withLinesAtHead(text, [KEEP_TOP]), lines, "\n");
}

function withLinesAtHead(text: string, lines: readonly string[]): string {
  const head = HEAD.exec(text)?.[0] ?? "";
  return `${withLinesAtEnd(head, lines, "\n")}${text.slice(head.length)}`;
}

/** Such as `cd frontend && npx lint-staged`; in parentheses it would end with these. */
function goesElsewhere(text: string): boolean {
  return outsideHereDocuments(linesOf(text)).some((line) => GOES.test(line));
}

const GOES = /^\s*(?:[^#\s(][^#(]*(?:&&|\|\||;|\bthen|\bdo|\{)\s*)?(?:cd|pushd|popd)(?:\s|;|$)/;

/** Why gate's line, which is there, is not found when the hook reaches it; null where nothing speaks for that. */
export function lostLine(text: string, hook: HookName): string | null {
  const lines = outsideHereDocuments(linesOf(text));
  const own = lines.indexOf(gateLine(hook));
  const at = lines.findIndex(
    (line) => /^\S/.test(line) && GOES.test(line) && !/--show-(?:toplevel|cdup)/.test(line),
  );
  if (own === -1 || at === -1 || at > own) return null;
  return `goes to another directory before gate's line (line ${at + 1}: ${(lines[at] ?? "").trim()})`;
}

/** The first line that names the shell, and the one by which husky 8 starts its hooks anew. */
const HEAD = /^(#!.*(\n|$))?([^\S\n]*(#.*)?\n)*(\. .*husky\.sh.*(\n|$))|^#!.*(\n|$)/;

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
