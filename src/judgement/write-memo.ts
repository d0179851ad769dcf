import type { Repository } from "../adapters/git/repository.ts";
import { placesOf } from "../evidence/places.ts";
import { CONFIGURATION_PATH, exactly, positivePathspecs } from "../fingerprint/pathspecs.ts";
import { recordedFacts } from "../reports/recorded-facts.ts";
import type { JudgedTree } from "./judge.ts";
import { type DetailsFile, type Looked, memoText, writeIfPossible } from "./memo.ts";

/** Apart from the reading, which `gate status` most often needs and nothing else. */
export async function writeMemo(
  repository: Repository,
  judged: JudgedTree,
  looked: Looked | null,
): Promise<void> {
  const places = placesOf(repository);
  const pathspecs = new Set([
    exactly(CONFIGURATION_PATH),
    ...judged.suites.flatMap(({ suite }) => [exactly(suite.reports), ...positivePathspecs(suite)]),
  ]);
  const details: DetailsFile = {
    tree: judged.tree,
    pathspecs: [...pathspecs],
    suites: judged.suites.map(({ suite, inputs: { fingerprint, files }, recorded: { manifest } }) => ({
      name: suite.name,
      fingerprint,
      files,
      recorded: manifest === null ? null : recordedFacts(manifest),
    })),
    looked,
  };
  await writeIfPossible(`${places.memo}.json`, JSON.stringify(details));
  await writeIfPossible(places.memo, memoText(details));
}
