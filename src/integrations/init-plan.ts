import { stagedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Configuration } from "../config/configuration.ts";
import { parseConfiguration } from "../config/parse.ts";
import { CONFIGURATION_PATH, exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { probesOf, reportsPlaces } from "../reports/reports-place.ts";
import { err, ok, type Result } from "../result.ts";
import { configurationOnDisk } from "./configuration-on-disk.ts";
import { fileEdit, inTree, isFileEdit, type Plan, plan, together } from "./edits.ts";
import { withExemptions } from "./exemptions.ts";
import { proposeGateYaml } from "./gate-yaml.ts";
import { planAttributes } from "./gitattributes.ts";
import { planWorkflow } from "./github-actions.ts";
import { planIgnoreRules } from "./gitignore.ts";
import { findHookWay } from "./hook-way.ts";
import { comesWithRepository, planHooks } from "./hooks.ts";
import { planLauncher } from "./launcher.ts";
import { findNestedProject } from "./nested-project.ts";
import type { ShimSource } from "./shell-hooks.ts";
import { staging } from "./staging.ts";
import { type Survey, surveyRepository } from "./survey.ts";
import { needsPackage } from "./test-suite.ts";

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
  const places = reportsPlaces(configuration);
  const reports = places.map((place) => ({ ...place, paths: probesOf(place) }));
  const ours = comesWithRepository(way) ? hooks.edits.filter(isFileEdit).map(({ place }) => place.path) : [];
  const own = together([
    configurationPlan,
    hooks,
    await planIgnoreRules(worktree, reports, [CONFIGURATION_PATH, ...ours], {
      python: survey.files.some((path) => path.endsWith(".py")),
    }),
    await planAttributes(worktree, places),
    await planWorkflow(worktree, survey),
    await planLauncher(worktree, request.launcher),
  ]);
  const whole = await withExemptions(worktree, reports, own);
  const isMade = configurationPlan.edits.length > 0;
  const unstaged = isMade || (await isStaged(worktree)) ? [] : [CONFIGURATION_PATH];
  return { ...whole, next: [...staging(worktree, whole.edits, unstaged), ...whole.next] };
}

async function isStaged(worktree: Worktree): Promise<boolean> {
  return (await stagedEntries(worktree, [exactly(CONFIGURATION_PATH)])).length > 0;
}

interface Settled {
  readonly configuration: Configuration;
  readonly plan: Plan;
}

/** What gate.yaml says, or would say: init never edits one that is there. */
async function configurationOf(
  worktree: Worktree,
  survey: Survey,
): Promise<Result<Settled, readonly Problem[]>> {
  const written = await configurationOnDisk(worktree);
  if (!written.ok) return written;
  return written.value === null
    ? proposed(worktree, survey)
    : ok({ configuration: written.value, plan: plan({}) });
}

async function proposed(worktree: Worktree, survey: Survey): Promise<Result<Settled, readonly Problem[]>> {
  const proposal = proposeGateYaml(survey, await findNestedProject(worktree, survey));
  if (proposal === null) return err([nothingToBind()]);
  const { text, suite } = proposal;
  const parsed = parseConfiguration(Buffer.from(text));
  if (!parsed.ok) return parsed;
  const edits = fileEdit(
    inTree(worktree.topLevel, CONFIGURATION_PATH),
    { text: null, executable: false },
    text,
  );
  const installed = survey.packageJson.dependencies.has("model-gate");
  const problems = needsPackage(suite) && !installed ? [reporterMissing(suite.runner)] : [];
  return ok({ configuration: parsed.value, plan: plan({ edits, problems }) });
}

function nothingToBind(): Problem {
  const message =
    "found no tests to bind: neither pytest tests nor those of vitest, jest or node:test in tests/model, tests or test.";
  const hint = `Write ${CONFIGURATION_PATH}, then run gate init again. The least:  {version: 1, suites: {model-tests: {run: <command>, inputs: [<paths>]}}}`;
  return problem("config-missing", message, { path: CONFIGURATION_PATH, hint });
}

function reporterMissing(runner: string): Problem {
  const message = `the proposed command uses model-gate's reporter for ${runner}, and package.json does not list model-gate.`;
  return warning("not-wired", message, { path: "package.json", hint: "npm install --save-dev model-gate" });
}
