import type { Manifest } from "../reports/manifest.ts";
import { readsOfAll, unpackReads } from "../reports/read-sets.ts";
import type { Reads } from "../suite/reads.ts";

/** Ids of the tests that the recorded run executed. */
export function testsThatRan({ tests }: Manifest): readonly string[] {
  return [...tests].flatMap(([id, { outcome }]) => (outcome === "skipped" ? [] : [id]));
}

/** Without the tests that the recorded run skipped: that these read nothing says nothing of them. */
export function withoutSkipped({ byTest, all }: Reads, { tests }: Manifest): Reads {
  return { byTest: new Map([...byTest].filter(([id]) => tests.get(id)?.outcome !== "skipped")), all };
}

/** Which inputs they read; null where nobody saw it of all. A test without a set has read none of them. */
export function recordedReads(manifest: Manifest): Reads | null {
  const { tests } = manifest;
  const reads = readsOfAll(manifest);
  if (reads === null) return null;
  const setOf = new Map(
    [...tests].flatMap(([id, test]) => (test.reads === null ? [] : [[id, test.reads] as const])),
  );
  const { byTest, all } = unpackReads({ ...reads, setOf });
  const nothing = new Set<string>();
  return { byTest: new Map(testsThatRan(manifest).map((id) => [id, byTest.get(id) ?? nothing])), all };
}
