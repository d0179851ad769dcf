import { digestBlobs } from "../adapters/git/blob-digests.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import type { Suite } from "../config/configuration.ts";
import { LARGEST_RECORD } from "../evidence/recorded.ts";
import { type Problem, problem } from "../problem.ts";
import { COMMITTED_SUMMARY, committedSummaryHead } from "../reports/committed-summary.ts";
import type { Manifest } from "../reports/manifest.ts";
import { reportNames } from "../reports/names.ts";
import { METADATA_FILE } from "../reports/reports-place.ts";
import { summaryHead } from "../reports/summary.ts";
import { type ReadMetadata, readMetadata } from "./metadata-file.ts";
import { metadataPaths } from "./shape.ts";

/** What only the contents show: every SHA-256, and each test's own files against the manifest. */
export async function contentProblems(
  repository: Repository,
  suite: Suite,
  manifest: Manifest,
): Promise<Problem[]> {
  const reports = [...manifest.reports];
  const digests = await digestBlobs(
    repository,
    reports.map(([, { blob }]) => blob),
  );
  const wrong = reports.flatMap(([path, { sha256 }], index) =>
    digests[index] === sha256 ? [] : [tampered(suite, path, "does not have the SHA-256 of the manifest")],
  );
  return [
    ...wrong,
    ...(await metadataProblems(repository, suite, manifest)),
    ...(await summaryProblems(repository, suite, manifest)),
  ];
}

/** A test's metadata, and the diagram whose last line says how the test ended. */
async function metadataProblems(
  repository: Repository,
  suite: Suite,
  manifest: Manifest,
): Promise<Problem[]> {
  const paths = metadataPaths(manifest);
  const texts = await readReports(repository, manifest, paths);
  const read = paths.map((path, index) => ({ path, metadata: readMetadata(texts[index] ?? null) }));
  const known = read.flatMap(({ metadata }) => (metadata === null ? [] : [metadata]));
  const directories = reportNames(known.map(({ id, name }) => ({ id, name })));
  const told = new Set<string>();
  const problems = read.flatMap(({ path, metadata }) => {
    if (metadata === null) return [tampered(suite, path, "is not metadata that gate writes")];
    const said = told.has(metadata.id);
    told.add(metadata.id);
    if (said) return [tampered(suite, path, `speaks of ${metadata.id}, as another one does`)];
    return disagreement(suite, manifest, path, metadata, directories.get(metadata.id));
  });
  return [...problems, ...(await diagramProblems(repository, suite, manifest, directories))];
}

async function diagramProblems(
  repository: Repository,
  suite: Suite,
  manifest: Manifest,
  directories: ReadonlyMap<string, string>,
): Promise<Problem[]> {
  const tests = [...manifest.tests].flatMap(([id, { outcome }]) => {
    const path = `${directories.get(id)}.puml`;
    return manifest.reports.has(path) ? [{ path, outcome }] : [];
  });
  const texts = await readReports(
    repository,
    manifest,
    tests.map(({ path }) => path),
  );
  return tests.flatMap(({ path, outcome }, index) =>
    texts[index]?.toString("utf8").endsWith(`\n== ${outcome} ==\n@enduml\n`)
      ? []
      : [tampered(suite, path, `does not end with "== ${outcome} ==", as the manifest has it`)],
  );
}

async function readReports(
  repository: Repository,
  manifest: Manifest,
  paths: readonly string[],
): Promise<readonly (Buffer | null)[]> {
  const blobs = await readBlobsUpTo(
    repository,
    paths.map((path) => manifest.reports.get(path)?.blob ?? ""),
    LARGEST_RECORD,
  );
  return blobs.map((blob) => (blob === null || blob === "too-large" ? null : blob.bytes));
}

function disagreement(
  suite: Suite,
  manifest: Manifest,
  path: string,
  { id, outcome, passed }: ReadMetadata,
  directory: string | undefined,
): Problem[] {
  const test = manifest.tests.get(id);
  if (test === undefined) return [tampered(suite, path, `speaks of ${id}, which is not in the manifest`)];
  if (test.outcome !== outcome)
    return [tampered(suite, path, `says ${outcome} of ${id}; the manifest says ${test.outcome}`)];
  const shouldPass = ["passed", "flaky", "xpassed"].includes(outcome);
  if (passed !== shouldPass)
    return [tampered(suite, path, `says passed: ${passed} of a test that ${outcome}`)];
  if (path !== `logs/${directory}/${METADATA_FILE}`)
    return [tampered(suite, path, `should be in logs/${directory}/: that is the directory of ${id}`)];
  return manifest.reports.has(`${directory}.puml`)
    ? []
    : [tampered(suite, path, `has no diagram ${directory}.puml beside it`)];
}

/** Summaries are for people; what they say first has to be what the manifest says. */
async function summaryProblems(repository: Repository, suite: Suite, manifest: Manifest): Promise<Problem[]> {
  const outcomes = [...manifest.tests.values()].map(({ outcome }) => outcome);
  const told = [suite.name, manifest.verdict, outcomes, manifest.deselected] as const;
  const beginnings = [
    [`${suite.name}-latest.txt`, `${summaryHead(...told).join("\n")}\n`],
    [COMMITTED_SUMMARY, committedSummaryHead(...told)],
  ] as const;
  const listed = beginnings.filter(([name]) => manifest.reports.has(name));
  const texts = await readReports(
    repository,
    manifest,
    listed.map(([name]) => name),
  );
  return listed.flatMap(([name, beginning], index) =>
    texts[index]?.toString("utf8").startsWith(beginning)
      ? []
      : [
          tampered(
            suite,
            name,
            `does not begin with "${summaryHead(...told).join(" / ")}", as the manifest has it`,
          ),
        ],
  );
}

function tampered(suite: Suite, name: string, what: string): Problem {
  const path = `${suite.reports}/${name}`;
  return problem("tampered-report", `${path} ${what}.`, { path, suite: suite.name });
}
