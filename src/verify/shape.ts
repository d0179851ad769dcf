import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { type Manifest, manifestPath } from "../reports/manifest.ts";
import { METADATA_FILE, SUITE_LOGS } from "../reports/reports-place.ts";

/** What the manifest alone says of its own wholeness: a directory, a diagram and a summary for what it lists. */
export function shapeProblems(suite: Suite, manifest: Manifest): Problem[] {
  const diagrams = [...manifest.reports.keys()].filter(isDiagram).length;
  const tests = manifest.tests.size;
  const problems: Problem[] = [];
  const say = (message: string) => problems.push(invalid(suite, message));
  const described = metadataPaths(manifest).length;
  if (described !== tests) say(`lists ${described} metadata.json for ${tests} tests`);
  if (diagrams !== tests) say(`lists ${diagrams} diagrams for ${tests} tests`);
  for (const needed of [`${suite.name}-latest.txt`, `${suite.name}.hash`]) {
    if (!manifest.reports.has(needed)) say(`does not list ${needed}`);
  }
  const counted = [...manifest.sessions.verdicts.values()].reduce((sum, count) => sum + count, 0);
  if (counted !== manifest.sessions.earlier)
    say(`counts ${manifest.sessions.earlier} earlier sessions and the verdicts of ${counted}`);
  return problems;
}

/** The metadata of each test. */
export function metadataPaths(manifest: Manifest): readonly string[] {
  return [...manifest.reports.keys()].filter(isMetadata);
}

/** `<test>.puml` */
function isDiagram(path: string): boolean {
  return path.endsWith(DIAGRAM) && path !== DIAGRAM && !path.includes("/");
}

const DIAGRAM = ".puml";

/** `logs/<test>/metadata.json` */
function isMetadata(path: string): boolean {
  if (!path.endsWith(METADATA) || !path.startsWith(LOGS)) return false;
  const directory = path.slice(LOGS.length, -METADATA.length);
  return directory !== SUITE_LOGS && directory !== "" && !directory.includes("/");
}

const LOGS = "logs/";
const METADATA = `/${METADATA_FILE}`;

function invalid(suite: Suite, what: string): Problem {
  const path = `${suite.reports}/${manifestPath(suite.name)}`;
  return problem("manifest-invalid", `${path} ${what}.`, { path, suite: suite.name });
}
