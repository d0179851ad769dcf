import type { Repository } from "../adapters/git/repository.ts";
import { standingInTree } from "../adapters/git/tree-objects.ts";
import { placesOf } from "../evidence/places.ts";
import { CONFIGURATION_PATH, exactly, placeOf, positivePathspecs } from "../fingerprint/pathspecs.ts";
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
    standing: Object.fromEntries(await standingInTree(repository, judged.tree, outermost(pathspecs))),
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

/** Without those that lie below another. */
function outermost(pathspecs: ReadonlySet<string>): string[] {
  const places = [...new Set([...pathspecs].map(placeOf))];
  const isAround = (outer: string, inner: string) =>
    outer !== inner && (outer === "" || inner.startsWith(`${outer}/`));
  return places.filter((place) => !places.some((other) => isAround(other, place)));
}
