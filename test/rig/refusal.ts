import { expect } from "vitest";
import type { Ended } from "./processes.ts";
import { Rig } from "./repository.ts";
import { snapshot } from "./snapshot.ts";

/** A commit whose run is due, refused before the suite starts and before anything is written. */
export async function expectRefusal(rig: Rig, ...words: string[]): Promise<Ended> {
  const before = await snapshot(rig);
  const { runs } = rig.suite;
  const ended = await rig.tryCommit("due");
  expect(ended.stderr).toContain("model-tests");
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.code).toBe(1);
  expect(rig.suite.runs).toBe(runs);
  expect(await snapshot(rig)).toEqual(before);
  return ended;
}

/** HEAD has its evidence; a changed source is staged. */
export async function dueRig(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence(suiteLines);
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src/router.py");
  return rig;
}
