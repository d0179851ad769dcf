import { stringify } from "yaml";
import { parseConfiguration } from "../config/parse.ts";
import { shellWord } from "../shell-word.ts";
import { gpuLibrary } from "./dependencies.ts";
import type { NestedProject } from "./nested-project.ts";
import { literal, proposeInputs } from "./suite-inputs.ts";
import type { Survey } from "./survey.ts";
import { findTestSuite, type TestSuite } from "./test-suite.ts";

export interface Proposal {
  readonly suite: TestSuite;
  /** The whole of gate.yaml. */
  readonly text: string;
}

/**
 * A gate.yaml that fits the repository, or else the only project in a folder of it; null where no tests are found to
 * bind to the sources.
 */
export function proposeGateYaml(survey: Survey, nested: NestedProject | null = null): Proposal | null {
  const own = findTestSuite(survey);
  if (own !== null) return proposal(survey, own, "", survey);
  const inside = nested === null ? null : findTestSuite(nested.survey);
  return nested === null || inside === null ? null : proposal(survey, inside, nested.folder, nested.survey);
}

function proposal(whole: Survey, found: TestSuite, folder: string, survey: Survey): Proposal {
  const suite = folder === "" ? found : { ...found, run: `cd ${shellWord(folder)} && ${found.run}` };
  const reports = freeReportsDirectory(whole);
  const inputs = proposeInputs(survey, found, reports).map((pattern) => below(folder, pattern));
  const text = gateYaml(suite, { inputs, reports, gpu: gpuLibrary(survey) });
  const parsed = parseConfiguration(Buffer.from(text));
  if (!parsed.ok) throw new Error(`init proposes a gate.yaml that is wrong: ${parsed.error[0]?.message}`);
  return { suite, text };
}

function below(folder: string, pattern: string): string {
  if (folder === "") return pattern;
  const [exclude, glob] = pattern.startsWith("!") ? ["!", pattern.slice(1)] : ["", pattern];
  return `${exclude}${literal(folder)}/${glob}`;
}

/** The usual name, unless files of another kind lie there. */
function freeReportsDirectory({ files }: Survey): string {
  const taken = (name: string) => {
    const inside = files.filter((path) => path.startsWith(`${name}/`) && !path.includes("/.git"));
    return inside.length > 0 && !inside.includes(`${name}/model-tests.hash`);
  };
  return ["test-reports", "model-test-reports"].find((name) => !taken(name)) ?? "gate-reports";
}

interface Details {
  readonly inputs: readonly string[];
  readonly reports: string;
  readonly gpu: string | null;
}

function gateYaml(suite: TestSuite, { inputs, reports, gpu }: Details): string {
  const results =
    suite.results === null
      ? []
      : [
          "    # JUnit XML that the command writes: the verdict comes from it.",
          `    results: ${suite.results}`,
        ];
  return [
    "# What gate binds to the sources: a commit that changes an input needs a run of its suite.",
    "version: 1",
    "suites:",
    "  model-tests:",
    `    run: ${scalar(suite.run)}`,
    ...results,
    "    # Tracked files that can change a result. A commit that changes none of them runs nothing.",
    "    inputs:",
    ...inputs.map((pattern) => `      - ${scalar(pattern)}`),
    "    # Made from the last accepted run, committed with the sources that it ran on.",
    `    reports: ${reports}`,
    "    # What the tests log; collected for each test.",
    '    logs: ["**/session*.log"]',
    `    gpu: ${gpu === null ? "none" : `required   # ${gpu} is among the dependencies; or optional, none`}`,
    "    timeout: 45m",
    "",
  ].join("\n");
}

/** One line, quoted where YAML asks for it. */
const scalar = (text: string) => stringify(text, { lineWidth: 0 }).trimEnd();
