import { type Context, createContext, Script } from "node:vm";

/** A pattern of the repository's may take for ever on a path: whoever judges a commit does not wait for that. */
const PATIENCE = 500;

const script = new Script("paths.map((path) => patterns.some((pattern) => pattern.test(path)))");
let context: Context | null = null;

/** Which of the paths match one of the patterns at least; null where that could not be found out in time. */
export function matchedInTime(
  patterns: readonly RegExp[],
  paths: readonly string[],
): readonly boolean[] | null {
  context ??= createContext({});
  Object.assign(context, { patterns, paths });
  try {
    const answers: unknown = script.runInContext(context, { timeout: PATIENCE });
    return Array.isArray(answers) ? answers.map((one) => one === true) : null;
  } catch {
    return null;
  }
}
