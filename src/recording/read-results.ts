import { join } from "node:path";
import { copyOf, fileStamp, kindOf, makeDirectory, removeTree } from "../adapters/files/files.ts";
import { stagedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH, exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import type { HelloEvent } from "../protocol.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { type EarlierEvents, readEvents } from "../suite/events.ts";
import { readJunit } from "../suite/junit.ts";
import type { Observations } from "../suite/observations.ts";
import type { SuiteResults } from "../suite/results.ts";
import { type Selection, withSelection } from "../suite/selection.ts";
import { partFolder, type SessionFolder, type SessionPart } from "../suite/session.ts";
import { withTold } from "../suite/told-otherwise.ts";
import { type RunTime, withCollectedLogs } from "./collect-logs.ts";
import { withoutResults } from "./without-results.ts";

/** Last week's results must not pass for today's: the file has to be untracked, and goes before the run. */
export async function clearOldResults(worktree: Worktree, suite: Suite): Promise<Problem[]> {
  if (suite.results === null) return [];
  if ((await stagedEntries(worktree, [exactly(suite.results)])).length > 0) {
    const message = `${suite.results} is tracked; results: must name a file that each run makes anew.`;
    const hint = `git rm --cached ${shellWord(suite.results)}, and ignore it.`;
    return [problem("results-invalid", message, { path: CONFIGURATION_PATH, suite: suite.name, hint })];
  }
  const file = join(worktree.topLevel, suite.results);
  const kind = await kindOf(file);
  if (kind === "file" || kind === "symlink") await removeTree(file);
  else if (kind !== "absent") return [notAFile(suite, suite.results)];
  return [];
}

/** Whatever else is there is not a runner's, and not ours to delete. */
function notAFile(suite: Suite, path: string): Problem {
  return problem(
    "results-invalid",
    `${path} is there and is not a file; results: names the file that a run writes.`,
    {
      path: CONFIGURATION_PATH,
      suite: suite.name,
      hint: "Name a file of its own, such as .gate/results/model-tests.xml.",
    },
  );
}

/** Keeps the JUnit file with the session: the next run deletes the one in the tree. */
export async function keepResults(
  worktree: Worktree,
  suite: Suite,
  folder: SessionFolder,
  { to }: RunTime,
): Promise<void> {
  if (suite.results === null) return;
  const file = join(worktree.topLevel, suite.results);
  const stamp = await fileStamp(file);
  if (stamp !== null && stamp.modifiedMs <= to) await copyOf(file, keptResults(folder));
}

const keptResults = (folder: SessionFolder) => join(folder.directory, "results.xml");

/** What a run said in structured form. */
export interface RunSaid {
  /** A problem where it said nothing, or nothing that can be read. */
  readonly results: Result<SuiteResults, Problem>;
  readonly observed: Observations;
  /** The runners that told it. */
  readonly mains: readonly HelloEvent[];
  /** Patterns of `logs:` that have met no file. */
  readonly idleLogs: readonly string[];
}

/** Can be asked again of an old session. `parts`: of one that was resumed. */
export async function readResults(
  worktree: Worktree,
  suite: Suite,
  folder: SessionFolder,
  parts: readonly SessionPart[] = [],
): Promise<RunSaid> {
  const earlier = parts.slice(0, -1).map((part, index) => earlierEvents(part, partFolder(folder, index + 1)));
  const last = partFolder(folder, earlier.length + 1);
  await removeTree(folder.texts);
  await makeDirectory(folder.texts);
  const { results, mains, observed, selection, unreported } = await readEvents({
    eventsDirectory: last.events,
    artifactsDirectory: last.artifacts,
    logsDirectory: folder.texts,
    earlier,
  });
  const structured =
    suite.results !== null
      ? selected(await readJunitFile(worktree, suite, suite.results, folder), results, selection)
      : results === null
        ? err(await withoutResults(suite, last, unreported))
        : ok(results);
  if (!structured.ok) return { results: structured, observed, mains, idleLogs: [] };
  const folders = [...earlier.keys(), earlier.length].map((index) => partFolder(folder, index + 1));
  const withLogs = await withCollectedLogs(suite, folders, structured.value);
  return { results: ok(withLogs.results), observed, mains, idleLogs: withLogs.idle };
}

/** Ended by itself in the middle, or its service did; everything else came from outside. */
const CRASHES: ReadonlySet<string> = new Set(["exited", "signalled", "service-failed"]);

function earlierEvents({ ended }: SessionPart, { events, artifacts }: SessionFolder): EarlierEvents {
  const kind = ended?.end.kind ?? "killed";
  const how = CRASHES.has(kind) ? "crashed" : "stopped";
  return { eventsDirectory: events, artifactsDirectory: artifacts, how };
}

/** A document tells of no test that did not run, nor of a runner that did not write it; gate's plugin does. */
function selected(
  read: RunSaid["results"],
  told: SuiteResults | null,
  selection: Selection,
): RunSaid["results"] {
  if (!read.ok) return read;
  return ok(told === null ? withSelection(read.value, selection) : withTold(read.value, told));
}

/** What of another kind is at a path, in words. */
async function insteadOfFile(path: string): Promise<string | null> {
  const kind = await kindOf(path);
  switch (kind) {
    case "directory":
      return "a directory";
    case "symlink":
      return (await fileStamp(path)) === null ? "a link that leads to no file" : null;
    case "other":
      return "a FIFO, a socket or a device";
    case "file":
    case "absent":
      return null;
    default:
      return unreachable(kind);
  }
}

async function readJunitFile(
  worktree: Worktree,
  suite: Suite,
  path: string,
  folder: SessionFolder,
): Promise<Result<SuiteResults, Problem>> {
  if ((await fileStamp(keptResults(folder))) === null) {
    const instead = await insteadOfFile(join(worktree.topLevel, path));
    const message = `The run did not write ${path}${instead === null ? "" : `: ${instead} is there`}.`;
    const hint =
      "Make the runner write its JUnit XML there (pytest: --junitxml=…), or correct results: in gate.yaml.";
    return err(problem("results-invalid", message, { path, suite: suite.name, hint }));
  }
  const kept = { path: keptResults(folder), shown: path };
  return readJunit({ ...kept, logsDirectory: folder.texts, root: worktree.topLevel });
}
