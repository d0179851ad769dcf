import type { Attributes } from "../../../adapters/git/attributes.ts";
import { err, ok } from "../../../result.ts";
import { attributesLine } from "../../attributes-line.ts";
import { linesOf, withLinesAtEnd } from "../../lines.ts";
import { saysNothing, setsSomething } from "../attribute-lines.ts";
import type { Culprit, Exemption, Project, WrittenReports } from "../fixer.ts";
import { directoryOf, hasFile, nameOf, relativeTo, upwardsFrom, within } from "./tool.ts";

/** `crlf` is what `text` was called once. */
const NAMES = ["text", "crlf", "eol", "filter", "ident", "working-tree-encoding", "whitespace"];

/** Attributes that have git itself rewrite reports on their way in or out, or find fault with their blanks. */
export async function attributesCulprits(
  project: Project,
  { directory, paths }: WrittenReports,
): Promise<readonly Culprit[]> {
  const files = upwardsFrom(directory).map((place) => within(place, ".gitattributes"));
  // without such a file nobody's commit says anything
  const said = project.files.filter((path) => nameOf(path) === ".gitattributes");
  if (said.length === 0) return [];
  const texts = project.saysAllAttributes ? await Promise.all(said.map(project.read)) : null;
  if (texts?.every((text) => text === null || saysNothing(text))) return [];
  const answers = await project.attributes(paths, NAMES);
  const changed = paths.filter((_, index) => rewrites(answers[index] ?? new Map()));
  if (changed.length === 0) return [];
  const present = files.filter((file) => hasFile(project, file));
  const place = await placeOf(project, present, changed[0] ?? "");
  const exemption = exemptionIn(present[0] ?? ".gitattributes", directory);
  return [{ tool: ".gitattributes", ...place, reports: changed, exemption }];
}

const isSaid = (value: string | undefined) =>
  value !== undefined && value !== "unspecified" && value !== "unset";

function rewrites(said: Attributes): boolean {
  const own = said.get("text");
  const text = own === "unspecified" ? said.get("crlf") : own;
  // what is no text has no line ends
  const lineEnds = text !== "unset" && (isSaid(text) || isSaid(said.get("eol")));
  return (
    lineEnds ||
    ["filter", "ident", "working-tree-encoding", "whitespace"].some((name) => isSaid(said.get(name)))
  );
}

/** git does not say which line has decided: the last one that matches and sets something is shown. */
async function placeOf(
  project: Project,
  files: readonly string[],
  path: string,
): Promise<Pick<Culprit, "path" | "line">> {
  const { ignoredBy } = await import("./ignore-file.ts");
  for (const file of files) {
    const lines = linesOf((await project.read(file)) ?? "");
    const index = lines.findLastIndex((line) => {
      const [pattern = ""] = line.trim().split(/\s+/);
      const sets = setsSomething(line) && !/^["[]/.test(pattern);
      return sets && ignoredBy([pattern], directoryOf(file))(path);
    });
    if (index !== -1) return { path: file, line: index + 1 };
  }
  return { path: files[0] ?? ".gitattributes", line: null };
}

/** The nearest file outranks those above it, and its last match those before. */
function exemptionIn(file: string, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const line = attributesLine(relative ?? reports);
  return {
    file,
    byHand: `Add at the end of ${file}:  ${line}`,
    apply: (text) => {
      if (relative === null) return err(`cannot name ${reports}, which lies outside of its directory`);
      const before = text ?? "";
      return ok(linesOf(before).at(-1) === line ? before : withLinesAtEnd(before, [line]));
    },
  };
}
