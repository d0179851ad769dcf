import { readEditable } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Configuration } from "../config/configuration.ts";
import { parseConfiguration } from "../config/parse.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { type FileEdit, fileEdit, inTree, type Plan, type PlannedEdit, plan, together } from "./edits.ts";
import { proposeGateYaml } from "./gate-yaml.ts";
import { planAttributes } from "./gitattributes.ts";
import { planWorkflow } from "./github-actions.ts";
import { planIgnoreRules } from "./gitignore.ts";
import { findHookWay } from "./hook-way.ts";
import { comesWithRepository, planHooks } from "./hooks.ts";
import { planLauncher } from "./launcher.ts";
import { reportsPlaces } from "./reports-place.ts";
import type { ShimSource } from "./shell-hooks.ts";
import { type Survey, surveyRepository } from "./survey.ts";
import { needsPackage, shellWord } from "./test-suite.ts";

const FILE = "gate.yaml";

interface InitRequest {
  readonly shims: ShimSource;
  readonly launcher: { readonly node: string; readonly script: string };
}

/** Everything that `gate init` would change, in the order in which it is shown and made. Changes nothing. */
export async function planInit(worktree: Worktree, request: InitRequest): Promise<Plan> {
  const survey = await surveyRepository(worktree);
  const settled = await configurationOf(worktree, survey);
  if (!settled.ok) return plan({ problems: settled.error });
  const { configuration, plan: configurationPlan } = settled.value;
  const way = await findHookWay(worktree, survey);
  const hooks = await planHooks(worktree, way, request.shims);
  const reports = reportsPlaces(configuration);
  const ours = comesWithRepository(way) ? hooks.edits.filter(isFileEdit).map(({ place }) => place.path) : [];
  const whole = together([
    configurationPlan,
    hooks,
    await planIgnoreRules(worktree, reports, [FILE, ...ours]),
    await planAttributes(worktree, reports),
    await planWorkflow(worktree, survey),
    await planLauncher(worktree, request.launcher),
  ]);
  return { ...whole, next: [...staging(worktree, whole.edits), ...whole.next] };
}

/** gate judges what is staged: its own files too. */
function staging(worktree: Worktree, edits: readonly PlannedEdit[]): string[] {
  const files = edits
    .filter(isFileEdit)
    .filter(({ place }) => place.root === worktree.topLevel && !place.path.startsWith(".git/"))
    .map(({ place }) => shellWord(place.path));
  return files.length === 0 ? [] : [`git add ${files.join(" ")}`];
}

const isFileEdit = (edit: PlannedEdit): edit is FileEdit => edit.kind !== "config";

interface Settled {
  readonly configuration: Configuration;
  readonly plan: Plan;
}

/** What gate.yaml says, or would say: init never edits one that is there. */
async function configurationOf(
  worktree: Worktree,
  survey: Survey,
): Promise<Result<Settled, readonly Problem[]>> {
  const kind = await kindOf(`${worktree.topLevel}/${FILE}`);
  if (kind === "absent") return proposed(worktree, survey);
  if (kind !== "file") {
    const message = `${FILE} is a ${kind === "other" ? "special file" : kind}; it must be a regular file.`;
    return err([
      problem("config-not-a-file", message, { path: FILE, hint: "Move it away, then:  gate init" }),
    ]);
  }
  const file = await readEditable(worktree.topLevel, FILE);
  if (!file.ok) return err([problem("config-invalid", `${FILE} ${file.error}.`, { path: FILE })]);
  const parsed = parseConfiguration(Buffer.from(file.value.text ?? ""));
  return parsed.ok ? ok({ configuration: parsed.value, plan: plan({}) }) : parsed;
}

function proposed(worktree: Worktree, survey: Survey): Result<Settled, readonly Problem[]> {
  const proposal = proposeGateYaml(survey);
  if (proposal === null) return err([nothingToBind()]);
  const { text, suite } = proposal;
  const parsed = parseConfiguration(Buffer.from(text));
  if (!parsed.ok) return parsed;
  const edits = fileEdit(inTree(worktree.topLevel, FILE), { text: null, executable: false }, text);
  const installed = survey.packageJson.dependencies.has("model-gate");
  const problems = needsPackage(suite) && !installed ? [reporterMissing(suite.runner)] : [];
  return ok({ configuration: parsed.value, plan: plan({ edits, problems }) });
}

function nothingToBind(): Problem {
  const message =
    "found no tests to bind: neither pytest tests nor those of vitest, jest or node:test in tests/model, tests or test.";
  const hint = `Write ${FILE}, then run gate init again. The least:  {version: 1, suites: {model-tests: {run: <command>, inputs: [<paths>]}}}`;
  return problem("config-missing", message, { path: FILE, hint });
}

function reporterMissing(runner: string): Problem {
  const message = `the proposed command uses model-gate's reporter for ${runner}, and package.json does not list model-gate.`;
  return warning("not-wired", message, { path: "package.json", hint: "npm install --save-dev model-gate" });
}
