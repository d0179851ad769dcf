import { createHash } from "node:crypto";
import { isMap, parseDocument } from "yaml";
import type { CommitId, TreeId } from "../../adapters/git/ids.ts";
import type { TreeEdit } from "../../adapters/git/new-commits.ts";
import { commitsOnto } from "../../adapters/git/new-commits.ts";
import type { Repository } from "../../adapters/git/repository.ts";
import { blobIdOf, resolveTree } from "../../adapters/git/trees.ts";
import { fingerprintOf } from "../../fingerprint/fingerprint.ts";
import type { Fingerprint } from "../../fingerprint/ids.ts";
import { CONFIGURATION_PATH } from "../../fingerprint/pathspecs.ts";
import { configurationOf } from "../../judgement/configuration.ts";
import { reportsDirectories } from "../../judgement/judge.ts";
import { renderHashFile } from "../../reports/hash-file.ts";
import { type Manifest, manifestPath, serialiseManifest } from "../../reports/manifest.ts";
import { summaryHead } from "../../reports/summary.ts";
import type { Specimen } from "./specimen.ts";

/** The mode of every report. */
const PLAIN = "100644";

export function put(
  path: string,
  content: Uint8Array | string,
  mode: "100644" | "100755" | "120000" = PLAIN,
): TreeEdit {
  return { kind: "put", path, mode, content: Buffer.from(content) };
}

export const remove = (path: string): TreeEdit => ({ kind: "remove", path });
export const move = (from: string, to: string): TreeEdit => ({ kind: "move", from, to });

/** Path of a report in the tree. */
export const report = ({ suite }: Specimen, path: string) => `${suite.reports}/${path}`;
export const hashPath = (specimen: Specimen) => report(specimen, `${specimen.suite.name}.hash`);
export const manifestPlace = (specimen: Specimen) => report(specimen, manifestPath(specimen.suite.name));

/** The manifest with something else in it, in its canonical form. */
export function putManifest(specimen: Specimen, change: (manifest: Manifest) => Manifest): TreeEdit {
  return put(manifestPlace(specimen), serialiseManifest(change(specimen.manifest)));
}

/** The manifest's text, changed by hand. */
export function putManifestText(specimen: Specimen, change: (text: string) => string): TreeEdit {
  return put(manifestPlace(specimen), change(specimen.manifestBytes.toString("utf8")));
}

/** What the forger wants the reports to say; null takes one away. */
type Reports = ReadonlyMap<string, Buffer | string | null>;

/** Reports and manifest rewritten together: ids and digests fit. */
export function rewrite(
  specimen: Specimen,
  reports: Reports,
  change: (manifest: Manifest) => Manifest = (manifest) => manifest,
): TreeEdit[] {
  const listed = new Map(specimen.manifest.reports);
  const edits: TreeEdit[] = [];
  for (const [path, content] of reports) {
    if (content === null) {
      listed.delete(path);
      edits.push(remove(report(specimen, path)));
      continue;
    }
    const sha256 = createHash("sha256").update(content).digest("hex");
    listed.set(path, { mode: PLAIN, blob: blobIdOf(specimen.repository, content), sha256 });
    edits.push(put(report(specimen, path), content));
  }
  return [...edits, putManifest(specimen, (manifest) => change({ ...manifest, reports: listed }))];
}

/** The summary as it has to begin after a change of the tests. */
export function rewrittenSummary(
  { suite, summary }: Specimen,
  { verdict, tests, deselected }: Manifest,
): string {
  const outcomes = [...tests.values()].map(({ outcome }) => outcome);
  const [, , ...rest] = summary.toString("utf8").split("\n");
  return [...summaryHead(suite.name, verdict, outcomes, deselected), ...rest].join("\n");
}

/** The same evidence for whatever the edits make of the sources: hash file and manifest name the new fingerprint. */
export async function refit(
  specimen: Specimen,
  edits: readonly TreeEdit[],
  change: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<TreeEdit[]> {
  const { fingerprint, files } = await fingerprintAfter(specimen, edits);
  const hash = `${specimen.suite.name}.hash`;
  const reports = new Map([[hash, renderHashFile(fingerprint, specimen.suite.name)]]);
  return [
    ...edits,
    ...rewrite(specimen, reports, (manifest) => ({
      ...change(manifest),
      fingerprint,
      inputs: { ...manifest.inputs, files },
    })),
  ];
}

export async function fingerprintAfter(
  { repository, commit, suite }: Specimen,
  edits: readonly TreeEdit[],
): Promise<{ readonly fingerprint: Fingerprint; readonly files: number }> {
  const [forged = commit.id] = await commitsOnto(repository, commit.id, [edits], commit.committedAt);
  const tree = await treeOf(repository, forged);
  const configuration = await configurationOf(repository, tree);
  const found = configuration.ok ? configuration.value : null;
  const own = found?.suites.find(({ name }) => name === suite.name);
  if (!found || own === undefined) throw new Error("the forged gate.yaml is not valid");
  return fingerprintOf(repository, tree, own, reportsDirectories(found));
}

/** The tree of a commit that has just been made. */
export async function treeOf(repository: Repository, commit: CommitId): Promise<TreeId> {
  const tree = await resolveTree(repository, commit);
  if (tree === null) throw new Error(`the commit ${commit} is not there`);
  return tree;
}

/** gate.yaml with values set in it; undefined takes a key out. */
export function putConfiguration(
  { configurationBytes }: Specimen,
  values: readonly (readonly [readonly string[], unknown])[],
): TreeEdit {
  const document = parseDocument(configurationBytes.toString("utf8"));
  for (const [path, value] of values) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  if (!isMap(document.contents)) throw new Error("gate.yaml is not a map");
  return put(CONFIGURATION_PATH, document.toString());
}

/** The inputs as gate.yaml could have them. */
export function writtenInputs({ suite }: Specimen): string[] {
  return suite.inputs.map(({ glob, exclude }) => `${exclude ? "!" : ""}${glob}`);
}
