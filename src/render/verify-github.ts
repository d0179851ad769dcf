import type { VerifiedSuite, VerifyDocument } from "../commands/verify-document.ts";
import type { Problem } from "../problem.ts";
import { singleLined } from "./printable.ts";
import { worstFirst } from "./problems.ts";
import { renderVerify } from "./verify.ts";

/** GitHub shows ten annotations of each level for a step, and drops the others without a word. */
const MOST_OF_A_LEVEL = 10;

/**
 * The text for the log, then an annotation on each file concerned. Names out of the tree are anyone's, and a line of
 * theirs that begins with `::` would be a command to the runner: while the text is shown it takes none, until it
 * sees the token, which has to be one that nobody can guess.
 */
export function renderVerifyGithub(verified: VerifyDocument, token: string): string {
  const document = singleLined(verified);
  return [
    `::stop-commands::${token}`,
    renderVerify(document),
    `::${token}::`,
    ...annotations("error", problemsOf(document, "error")),
    ...annotations("warning", problemsOf(document, "warning")),
    ...annotations("notice", document.suites.flatMap(changeNotes)),
  ].join("\n");
}

interface Note {
  readonly title: string;
  readonly message: string;
  readonly path: string | null;
  readonly line: number | null;
}

function problemsOf({ suites, problems }: VerifyDocument, severity: Problem["severity"]): Note[] {
  const all = [...suites.flatMap((suite) => suite.problems), ...problems].filter(
    (one) => one.severity === severity,
  );
  return (all.length > MOST_OF_A_LEVEL ? worstFirst(all) : all).map(
    ({ code, suite, message, hint, path, line }) => ({
      title: suite === null ? `gate: ${code}` : `gate: ${suite}: ${code}`,
      message: hint === null ? message : `${message}\nnext: ${hint}`,
      path,
      line,
    }),
  );
}

/** The inputs that made a suite stale, on the files themselves. */
function changeNotes({ name, changes, problems }: VerifiedSuite): Note[] {
  if (!problems.some(({ code }) => code === "stale-evidence")) return [];
  return changes.map(({ path, change, commit }) => {
    const what = change === "suite" ? "what gate.yaml says of the suite changed" : change;
    const where = commit === null ? "" : ` in ${commit.slice(0, 7)}`;
    return {
      title: `gate: ${name}: changed after the recorded run`,
      message: `${what}${where}`,
      path,
      line: null,
    };
  });
}

function annotations(level: "error" | "warning" | "notice", notes: readonly Note[]): string[] {
  const shown = notes.length > MOST_OF_A_LEVEL ? notes.slice(0, MOST_OF_A_LEVEL - 1) : notes;
  const rest = notes.length - shown.length;
  const more = `and ${rest} more; the log and the job summary have more of them, and  gate verify --json  has all`;
  return [
    ...shown.map((note) => annotation(level, note)),
    ...(rest === 0 ? [] : [annotation(level, { title: "gate", message: more, path: null, line: null })]),
  ];
}

function annotation(level: string, { title, message, path, line }: Note): string {
  const place = path === null ? [] : [`file=${property(path)}`, ...(line === null ? [] : [`line=${line}`])];
  return `::${level} ${[...place, `title=${property(title)}`].join(",")}::${data(message)}`;
}

/** A line break would begin a command of its own. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/**
 * What later steps can ask. With several suites the last three are JSON objects by the suite's name; a suite that
 * has no such value has an empty text.
 */
export function githubOutputs({ ok, suites }: VerifyDocument): ReadonlyMap<string, string> {
  const value = (of: (suite: VerifiedSuite) => string | null) => {
    const values = suites.map((suite) => [suite.name, of(suite) ?? ""] as const);
    return values.length === 1 ? (values[0]?.[1] ?? "") : JSON.stringify(Object.fromEntries(values));
  };
  return new Map([
    ["ok", String(ok)],
    ["fingerprint", value((suite) => suite.fingerprint)],
    ["verdict", value((suite) => suite.verdict)],
    ["assurance", value((suite) => suite.assurance)],
  ]);
}
