import type { CutShort, ManifestPart } from "../reports/manifest-parts.ts";
import { utcSecond } from "../reports/metadata.ts";
import { unreachable } from "../result.ts";
import { partOf, type SuiteResults } from "../suite/results.ts";
import type { PartEnd, SessionPart } from "../suite/session.ts";

/** The parts of a session that was resumed, as the manifest has them. */
export function resumedParts(
  parts: readonly SessionPart[],
  { tests }: SuiteResults,
): readonly ManifestPart[] {
  return parts.map(({ started, ended }, index) => {
    if (ended === null) throw new Error("a session that is recorded has ended");
    return {
      started: utcSecond(started) ?? started,
      ended: utcSecond(ended.time) ?? ended.time,
      duration: ended.durationMs / 1000,
      cutShort: index === parts.length - 1 ? null : cutShort(ended.end),
      tests: tests.filter((test) => partOf(test) === index + 1).length,
    };
  });
}

function cutShort(end: PartEnd["end"]): CutShort {
  switch (end.kind) {
    case "killed":
    case "interrupted":
    case "timed-out":
    case "service-failed":
      return end.kind;
    case "exited":
    case "signalled":
    case "not-started":
      return "died";
    default:
      return unreachable(end);
  }
}
