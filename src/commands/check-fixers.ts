import type { Worktree } from "../adapters/git/repository.ts";
import type { Configuration } from "../config/configuration.ts";
import { fixerError, unreadWarning } from "../integrations/fixer-problem.ts";
import { culpritsIn } from "../integrations/fixers/culprits.ts";
import { projectOnDisk } from "../integrations/fixers/project.ts";
import { unreadFiles } from "../integrations/fixers/unread.ts";
import { planAttributes } from "../integrations/gitattributes.ts";
import { type Problem, warning } from "../problem.ts";
import { reportsPlaces, type WrittenReports } from "../reports/reports-place.ts";
import type { Examined } from "./check-document.ts";

const ATTRIBUTES = ".gitattributes";

/** Whether a tool of this repository, or git itself, would rewrite reports that a run has recorded. */
export async function examineFixers(
  worktree: Worktree,
  configuration: Configuration,
  written: readonly WrittenReports[],
): Promise<Examined> {
  const project = await projectOnDisk(worktree);
  const [culprits, unread] = await Promise.all([culpritsIn(project, written), unreadFiles(project)]);
  const attributes = await planAttributes(worktree, reportsPlaces(configuration));
  const named = new Set(culprits.flatMap(({ reports }) => reports));
  const unsaid =
    attributes.edits.length > 0 && culprits.every(({ exemption }) => exemption.file !== ATTRIBUTES);
  const problems = [
    ...culprits.map(fixerError),
    ...attributes.problems.map((one): Problem => ({ ...one, severity: "warning" })),
    ...(unsaid ? [noAttributes()] : []),
    ...unread.map(unreadWarning),
  ];
  const spared = written.filter(({ paths }) => paths.every((path) => !named.has(path)));
  return {
    fine:
      unsaid || unread.length > 0
        ? []
        : spared.map(({ suite }) => ({
            area: "fixers",
            suite,
            message: "no tool set up here would rewrite a report",
          })),
    problems,
  };
}

/** Nothing rewrites them here; on a machine with core.autocrlf, or with attributes of its own, git may. */
function noAttributes(): Problem {
  const message = `no line of ${ATTRIBUTES} keeps git from changing reports on the way in and out.`;
  return warning("fixer-not-exempt", message, { path: ATTRIBUTES, hint: "gate check --fix" });
}
