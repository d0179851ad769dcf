import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Configuration, WaiverPolicy } from "../config/configuration.ts";
import { EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { configurationOf } from "../judgement/configuration.ts";
import type { JudgedTree } from "../judgement/judge.ts";
import { ownEntries } from "../judgement/own-entries.ts";
import { problemOfFailure } from "./failures.ts";
import type { FoundWaivers, WaivableSuite, WaiverRules } from "./waivers.ts";

interface Question extends Pick<WaiverRules, "trust" | "at"> {
  readonly judged: JudgedTree;
  /** null where there is none: then the tree's own policy is all there is. */
  readonly base: TreeId | null;
  /** What is known of the suites that are asked about. */
  readonly asked: readonly WaivableSuite[];
}

/** All suites of the tree count against how many waivers there may be, also where one alone is asked about. */
export async function waiversInForce(
  repository: Repository,
  { judged, base, trust, at, asked }: Question,
): Promise<FoundWaivers> {
  const others = judged.suites.filter(({ suite }) => asked.every(({ name }) => name !== suite.name));
  const unasked = others.map(({ suite, inputs }) => ({
    name: suite.name,
    fingerprint: inputs.fingerprint,
    problems: [],
  }));
  try {
    const exceptions = await ownEntries(repository, judged.tree, EXCEPTIONS_DIRECTORY);
    if (exceptions.length === 0) return { waivers: new Map(), problems: [] };
    // loaded where there are any
    const [{ readWaivers }, { strangersAmong }] = await Promise.all([
      import("./waivers.ts"),
      import("./exception-files.ts"),
    ]);
    const policy = await waiverPolicy(repository, base, judged.configuration);
    const suites = [...asked, ...unasked];
    const found = await readWaivers(repository, judged.tree, { policy, trust, at, suites });
    const unaskedNames = new Set(unasked.map(({ name }) => name));
    const problems = [...found.problems, ...strangersAmong(exceptions, judged.configuration.signing)];
    return { ...found, problems: problems.filter(({ suite }) => !unaskedNames.has(suite ?? "")) };
  } catch (error) {
    return { waivers: new Map(), problems: [problemOfFailure(error, null)] };
  }
}

/** The base says who may waive: a change cannot give itself leave. */
async function waiverPolicy(
  repository: Repository,
  base: TreeId | null,
  own: Configuration,
): Promise<WaiverPolicy> {
  const before = base === null ? null : await configurationOf(repository, base);
  return before?.ok && before.value !== null ? before.value.waivers : own.waivers;
}
