import { dirname } from "node:path";
import type { ArchiveDocument } from "../commands/archive-document.ts";
import { countText, sizeText } from "../sessions/amounts.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

const MOST_NAMES = 10;

export function renderArchive(document: ArchiveDocument): string {
  const { did, archive, sha256, bytes, files, unpackedBytes, missing, problems } = singleLined(document);
  if (problems.length > 0) return `gate  ${renderProblems(problems)}`;
  const what = `${countText(files)} ${files === 1 ? "file" : "files"}, ${sizeText(unpackedBytes)}`;
  const packed = `packed to ${sizeText(bytes)}`;
  const lead = did === "write" ? `${what} ${packed}.` : `whole and as recorded: ${what} ${packed}.`;
  return [`gate  ${archive}: ${lead}`, `      SHA-256 ${sha256}`, ...missingLines(missing)].join("\n");
}

function missingLines(missing: readonly string[]): readonly string[] {
  if (missing.length === 0) return [];
  const gone = new Set(missing);
  const topmost = missing.filter((name) => !gone.has(dirname(name)));
  const shown = topmost.slice(0, MOST_NAMES).map((name) => `        ${name}`);
  const rest = topmost.length - shown.length;
  return [
    "      the session itself does not have any more:",
    ...shown,
    ...(rest > 0 ? [`        and ${countText(rest)} more`] : []),
  ];
}
