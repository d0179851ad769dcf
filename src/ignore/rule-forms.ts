import type { Repository } from "../adapters/git/repository.ts";
import { type Problem, warning } from "../problem.ts";
import { parseGlob } from "./glob.ts";
import type { IgnoreFiles } from "./mend.ts";
import { ruleLines } from "./rule-lines.ts";
import { tryRules } from "./trials.ts";
import { UNHEARD, witnessesOf } from "./witnesses.ts";

/** How a rule is written when something else was meant. The first form that fits is said. */
interface Form {
  readonly is: RegExp;
  /** What was meant, as far as one can tell. */
  readonly meant: (written: string) => string;
  /** What git makes of it. */
  readonly git: "takes it so" | "takes it otherwise";
  readonly what: string;
  readonly hint: (meant: string) => string;
}

const write = (meant: string) => `Write:  ${meant}`;
const FROM_TOP = "Write the path from the top level, or take it out.";

const FORMS: readonly Form[] = [
  {
    is: /^\uFEFF/,
    meant: (written) => written.replace(/^\uFEFF+/, ""),
    git: "takes it otherwise",
    what: "begins with a byte-order mark, which git takes for a part of the name",
    hint: write,
  },
  {
    is: /^[ \t]+\S/,
    meant: (written) => written.trim(),
    git: "takes it otherwise",
    what: "begins with a blank, which git takes for a part of the name",
    hint: write,
  },
  {
    is: /\S[ \t]+#/,
    meant: (written) => written.replace(/[ \t]+#.*$/, ""),
    git: "takes it otherwise",
    what: "ends in what looks like a comment, which git takes for a part of the name",
    hint: (meant) => `Put the comment on a line above:  ${meant}`,
  },
  {
    is: /\S.*[^\S\r ]\s*$/,
    meant: (written) => written.trimEnd(),
    git: "takes it otherwise",
    what: "ends in white space that git takes for a part of the name",
    hint: write,
  },
  {
    is: /^!?\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)(?:\/|$)/,
    meant: (written) => written.replace(/^(!?)\$\{?\w+\}?\/?/, "$1"),
    git: "takes it otherwise",
    what: "names a variable, which git does not expand",
    hint: () => FROM_TOP,
  },
  {
    is: /^!?~\//,
    meant: (written) => written.replace(/^(!?)~\//, "$1"),
    git: "takes it otherwise",
    what: "begins with ~/, which git takes for a directory of that name",
    hint: () => FROM_TOP,
  },
  {
    is: /^!?\.{1,2}\/|\/\.{1,2}\//,
    meant: (written) => written.replace(/^(!?)(?:\.{1,2}\/)+/, "$1/").replaceAll(/\/\.{1,2}(?=\/)/g, ""),
    git: "takes it otherwise",
    what: "has a part . or .., as no path in git has",
    hint: write,
  },
  {
    is: /\\\w/,
    meant: (written) => written.replaceAll("\\", "/"),
    git: "takes it otherwise",
    what: "has backslashes, which git takes for escapes",
    hint: write,
  },
  {
    is: /[^\\] +$/,
    meant: (written) => written.trimEnd(),
    git: "takes it so",
    what: "ends in a blank, which git drops",
    hint: (meant) => `Take the blank out, or protect it if it is meant:  ${meant}\\ `.trimEnd(),
  },
  {
    is: /\\ +$/,
    meant: (written) => written.replace(/\\ +$/, ""),
    git: "takes it otherwise",
    what: "ends in a blank that the backslash protects: only names that end in a blank match",
    hint: (meant) => `If none is meant:  ${meant}`,
  },
];

/** Rules that do not say what they look like: of each, git is asked whether it takes the rule for what was meant. */
export async function misleadingRules(
  repository: Repository,
  files: IgnoreFiles,
): Promise<readonly Problem[]> {
  const suspicions = [...files].flatMap(([file, text]) =>
    ruleLines(text).flatMap((rule) => {
      const form = FORMS.find(({ is }) => is.test(rule.written));
      return form === undefined ? [] : [{ file, rule, form, meant: form.meant(rule.written) }];
    }),
  );
  if (suspicions.length === 0) return [];
  const trials = suspicions.map(({ rule, meant }) => ({
    // Not on the first line: git takes a byte-order mark off that.
    files: new Map([[".gitignore", `#\n${rule.written.replace(/^(\s*)!/, "$1")}\n`]]),
    paths: pathsOf(meant.replace(/^!/, "")),
  }));
  const answers = await tryRules(repository, trials);
  return suspicions.flatMap(({ file, rule, form, meant }, index) => {
    const asked = answers[index] ?? [];
    const taken = asked.every(({ ignored }) => ignored) ? "takes it so" : "takes it otherwise";
    if (asked.length === 0 || taken !== form.git) return [];
    const message = `${rule.written.trim()} ${form.what}.`;
    const hint = form.hint(meant);
    return [warning("rule-without-effect", message, { path: file, line: rule.line, hint })];
  });
}

/** Files that the rule would exclude if it were what was meant. */
function pathsOf(meant: string): readonly string[] {
  const glob = parseGlob(meant === "" ? "*" : meant, ".");
  const witnesses = glob === null ? [] : witnessesOf(glob);
  return witnesses.map((path) => (path.endsWith("/") ? `${path}${UNHEARD}` : path));
}
