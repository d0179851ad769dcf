import type { CommitHeader } from "../../adapters/git/commit-header.ts";
import { SUBMODULE } from "../../adapters/git/ids.ts";
import type { Repository } from "../../adapters/git/repository.ts";
import { entriesAt } from "../../adapters/git/tree-objects.ts";
import { listTree, readBlobs, type TreeEntry } from "../../adapters/git/trees.ts";
import type { Configuration, Suite } from "../../config/configuration.ts";
import { CONFIGURATION_PATH, inputPathspecs } from "../../fingerprint/pathspecs.ts";
import { configurationOf } from "../../judgement/configuration.ts";
import { reportsDirectories } from "../../judgement/judge.ts";
import type { TestOutcome } from "../../protocol.ts";
import { type Manifest, manifestPath, parseManifest } from "../../reports/manifest.ts";
import { METADATA_FILE } from "../../reports/reports-place.ts";
import { readMetadata } from "../metadata-file.ts";

/** Whole evidence of one suite in one commit: what the forger starts from. Paths of reports are in the reports. */
export interface Specimen {
  readonly repository: Repository;
  readonly commit: CommitHeader;
  readonly configuration: Configuration;
  readonly suite: Suite;
  readonly manifest: Manifest;
  readonly manifestBytes: Buffer;
  readonly configurationBytes: Buffer;
  readonly summary: Buffer;
  readonly test: ForgedTest;
  /** A report that somebody may want to look different: a log where there is one. */
  readonly log: Report;
  /** Regular files among the inputs. */
  readonly inputs: readonly TreeEntry[];
  readonly submodules: readonly TreeEntry[];
}

interface Report {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The test whose reports are forged. */
interface ForgedTest {
  readonly id: string;
  readonly outcome: TestOutcome;
  /** Below `logs/`, and the name of the diagram. */
  readonly directory: string;
  readonly metadata: Report;
  readonly diagram: Report;
  /** Everything that is reported of it. */
  readonly paths: readonly string[];
}

/** Reads what is to be forged. The evidence has been judged already: what is missing in it is a bug. */
export async function readSpecimen(
  repository: Repository,
  commit: CommitHeader,
  name: string,
): Promise<Specimen> {
  const configuration = await configurationOf(repository, commit.tree);
  const found = configuration.ok ? configuration.value : null;
  const suite = found?.suites.find((one) => one.name === name);
  if (found === null || suite === undefined) throw new Error(`no suite ${name}`);
  const read = reader(repository, commit, suite);
  const manifestBytes = await read(manifestPath(name));
  const manifest = parseManifest(manifestBytes);
  if (!manifest.ok) throw new Error(manifest.error);
  const [test, log, summary, configurationBytes, inputs] = await Promise.all([
    readTest(manifest.value, read),
    readLog(manifest.value, read),
    read(`${name}-latest.txt`),
    readAt(repository, commit, CONFIGURATION_PATH),
    listTree(repository, commit.tree, inputPathspecs(suite, reportsDirectories(found))),
  ]);
  return {
    repository,
    commit,
    configuration: found,
    suite,
    manifest: manifest.value,
    manifestBytes,
    configurationBytes,
    summary,
    test,
    log,
    inputs: inputs.filter(({ mode, path }) => mode.startsWith("100") && path !== CONFIGURATION_PATH),
    submodules: inputs.filter(({ mode }) => mode === SUBMODULE),
  };
}

type ReadReport = (path: string) => Promise<Buffer>;

function reader(repository: Repository, commit: CommitHeader, suite: Suite): ReadReport {
  return (path) => readAt(repository, commit, `${suite.reports}/${path}`);
}

async function readAt(repository: Repository, { tree }: CommitHeader, path: string): Promise<Buffer> {
  const [entry] = await entriesAt(repository, tree, [path]);
  const [blob] = entry === undefined ? [] : await readBlobs(repository, [entry.id]);
  if (!blob) throw new Error(`no ${path}`);
  return blob.bytes;
}

async function readTest(manifest: Manifest, read: ReadReport): Promise<ForgedTest> {
  const paths = [...manifest.reports.keys()];
  const path = paths.find((one) => /^logs\/[^/]+\/metadata\.json$/.test(one)) ?? METADATA_FILE;
  const directory = path.split("/")[1] ?? "";
  const diagram = `${directory}.puml`;
  const [metadata, drawn] = await Promise.all([read(path), read(diagram)]);
  const told = readMetadata(metadata);
  if (told === null) throw new Error(`${path} is not metadata`);
  return {
    id: told.id,
    outcome: told.outcome,
    directory,
    metadata: { path, bytes: metadata },
    diagram: { path: diagram, bytes: drawn },
    paths: paths.filter((one) => one === diagram || one.startsWith(`logs/${directory}/`)),
  };
}

/** One with a line end in it: some forgeries change nothing else. */
async function readLog(manifest: Manifest, read: ReadReport): Promise<Report> {
  const paths = [...manifest.reports.keys()].filter((path) => path.startsWith("logs/"));
  for (const path of paths.filter((one) => !one.endsWith(`/${METADATA_FILE}`)).slice(0, 10)) {
    const bytes = await read(path);
    if (bytes.includes(0x0a)) return { path, bytes };
  }
  const path = paths.find((one) => one.endsWith(`/${METADATA_FILE}`)) ?? METADATA_FILE;
  return { path, bytes: await read(path) };
}
