import { GitError, type GitPlace, gitAnswer, gitAtOnce } from "./command.ts";
import type { IgnoreRule } from "./ignore.ts";
import { FEW } from "./tracked.ts";

interface Asking {
  /** `-c` and settings that hold for this question. */
  readonly settings?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether everything waits for the answer, which takes less than setting up what a process beside us needs. */
  readonly atOnce?: boolean;
}

interface Rules {
  readonly rules: readonly (IgnoreRule | null)[];
  /** What git said besides. */
  readonly stderr: string;
}

/**
 * The rule that decides about each path, negations included, in the order asked: as git names it, where git is asked
 * at the top level. Paths and answers are bytes as Latin-1 text. Git stops at a path that it takes none of: one
 * beyond a symbolic link. The answers then end before it.
 */
export async function decidingRules(
  place: GitPlace,
  paths: readonly string[],
  { settings = [], environment = {}, atOnce = paths.length <= FEW }: Asking = {},
): Promise<Rules> {
  if (paths.length === 0) return { rules: [], stderr: "" };
  const args = [...settings, "check-ignore", "--verbose", "--non-matching", "--no-index", "-z", "--stdin"];
  const input = Buffer.from(paths.map((path) => `./${path}\0`).join(""), "latin1");
  // Otherwise git writes each answer by itself, which takes it twice the time.
  const unhurried = { ...place, environment: { ...place.environment, ...environment, GIT_FLUSH: "0" } };
  const asked = { input, accept: [1, 128] };
  const answer = atOnce ? gitAtOnce(unhurried, args, asked) : await gitAnswer(unhurried, args, asked);
  const fields = answer.stdout.toString("latin1").split("\0");
  const answered = Math.floor(fields.length / 4);
  if (answer.code === 128 && !/is beyond a symbolic link/.test(answer.stderr)) {
    throw new GitError(args, "failed with exit code 128", answer.stderr);
  }
  if (answer.code !== 128 && answered !== paths.length) {
    throw new GitError(args, "left paths unanswered", answer.stderr);
  }
  const read = ruleReader();
  const rules = Array.from({ length: answered }, (_, index) => read(fields, index * 4));
  return { rules, stderr: answer.stderr };
}

/** Few rules decide about many paths: each is made once. */
function ruleReader(): (fields: readonly string[], at: number) => IgnoreRule | null {
  const known = new Map<string, IgnoreRule>();
  return (fields, at) => {
    const file = fields[at] ?? "";
    const line = fields[at + 1] ?? "";
    if (file === "") return null;
    const key = `${line} ${file}`;
    const found = known.get(key) ?? { file, line: Number(line), pattern: fields[at + 2] ?? "" };
    known.set(key, found);
    return found;
  };
}
