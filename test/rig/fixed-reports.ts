import { join } from "node:path";
import { hasWorktree, openRepository } from "../../src/adapters/git/repository.ts";
import { culpritsIn } from "../../src/integrations/fixers/culprits.ts";
import type { Culprit } from "../../src/integrations/fixers/fixer.ts";
import { projectOnDisk } from "../../src/integrations/fixers/project.ts";
import { PROJECT, type Rig } from "./repository.ts";

/** Names that reports have, and a few that they might have. */
export const REPORTS: readonly string[] = [
  "model-tests.hash",
  "model-tests.json",
  "model-tests.json.sig",
  "model-tests-latest.txt",
  "test_hello.puml",
  "test_[a-b].puml",
  "logs/test_hello/session.log",
  "logs/test_hello/session_model.log",
  "logs/test_hello/metadata.json",
  "logs/test_hello/answer.md",
  "logs/test_hello/page.html",
  "logs/test_hello/table.csv",
  "logs/test_hello/settings.yaml",
  "logs/test_hello/trace.ndjson",
  "logs/größe/plain",
  "logs/test_hello/.hidden.json",
].map((name) => `test-reports/${name}`);

/** The programs of this project's own dependencies. */
export const PROGRAMS = join(PROJECT, "node_modules/.bin");

/** Tracked files of the project that no suite has written. */
const OTHERS = ["README.md", "src/app.py", "package-lock.txt", "docs/guide.md", "notes.json"];

/** Everything that a fixer might look for: blanks at the ends of lines, two kinds of ends, no end of file, a mistake. */
const UNTIDY = "first line  \r\nsecond  line\t\nteh last";

/** Writes reports and other files, untidy all of them, and stages them. */
export async function writeReports(rig: Rig, text: (path: string) => string = () => UNTIDY): Promise<void> {
  for (const path of [...REPORTS, ...OTHERS]) rig.write(path, text(path));
  await rig.git("add", "-A");
  await rig.git("tag", "-f", "written", await rig.git("write-tree"));
}

/** Everything as it was written. */
export async function restoreReports(rig: Rig): Promise<void> {
  await rig.git("checkout", "-q", "written", "--", ".");
}

/** The reports whose contents are others than those that were written. */
export async function rewrittenReports(rig: Rig): Promise<readonly string[]> {
  const changed = await rig.git("diff", "--name-only", "-z", "written", "--", "test-reports");
  return changed
    .split("\0")
    .filter((path) => path !== "")
    .sort();
}

/** Whom gate names, for files as they are on disk. */
export async function culpritsOnDisk(
  rig: Rig,
  paths: readonly string[] = REPORTS,
): Promise<readonly Culprit[]> {
  const repository = await openRepository(rig.directory, rig.env);
  if (!repository.ok || !hasWorktree(repository.value)) throw new Error("no worktree");
  const project = await projectOnDisk(repository.value);
  return culpritsIn(project, [{ suite: "model-tests", directory: "test-reports", paths }]);
}

/** Makes every exemption, several times where one shows another; the files that could not be edited are left. */
export async function exemptAll(rig: Rig): Promise<readonly string[]> {
  const refused = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    const culprits = await culpritsOnDisk(rig);
    for (const { tool, exemption } of culprits) {
      const text = rig.exists(exemption.file) ? rig.read(exemption.file) : null;
      const edited = exemption.apply(text);
      if (edited.ok) rig.write(exemption.file, edited.value);
      else refused.add(`${tool}: ${exemption.file} ${edited.error}`);
    }
  }
  await rig.git("add", "-A", "--", ":!test-reports");
  return [...refused];
}
