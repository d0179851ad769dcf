import createRules from "ignore";
import { err, ok } from "../../../result.ts";
import { linesOf, withLinesAtEnd } from "../../lines.ts";
import type { Exemption } from "../fixer.ts";
import { isTame } from "./globs.ts";
import { relativeTo } from "./tool.ts";

/** Whether rules in the manner of .gitignore, which lie in `directory`, keep a path out. */
export function ignoredBy(
  rules: string | readonly string[],
  directory: string,
  { ignorecase = false } = {},
): (path: string) => boolean {
  const lines = typeof rules === "string" ? rules.replace(/^\uFEFF/, "").split(/\r?\n/) : rules;
  const compiled = createRules({ allowRelativePaths: true, ignorecase }).add(lines.filter(isTame));
  return (path) => {
    const relative = relativeTo(directory, path);
    return relative !== null && compiled.ignores(relative);
  };
}

/** The rule that keeps out a directory and nothing else. */
function ruleFor(directory: string): string {
  const escaped = directory.replace(/[\\*?[\]]/g, "\\$&").replace(/ $/, "\\ ");
  return `/${escaped}/`;
}

/** Adds the reports to a file of rules, at its end, because the last match wins. */
export function ignoreFileExemption(file: string, reports: string): Exemption {
  const directory = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
  const relative = relativeTo(directory, reports);
  const rule = ruleFor(relative ?? reports);
  return {
    file,
    byHand: `Add at the end of ${file}:  ${rule}`,
    apply: (text) => {
      if (relative === null) return err(`cannot name ${reports}, which lies outside of its directory`);
      const before = text ?? "";
      return ok(linesOf(before).at(-1) === rule ? before : withLinesAtEnd(before, [rule]));
    },
  };
}
