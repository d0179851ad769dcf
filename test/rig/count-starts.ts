import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GATE, type Rig } from "./repository.ts";

/** Puts a counter in gate's place, so that a test can prove that Node was not needed. */
export async function countStarts(rig: Rig): Promise<() => number> {
  const starts = join(rig.base, "starts");
  const counter = join(rig.base, "counter.mjs");
  writeFileSync(
    counter,
    `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(starts)}, "x");\nprocess.argv[1] = ${JSON.stringify(GATE)};\nawait import(${JSON.stringify(GATE)});\n`,
  );
  await rig.git("config", "gate.launcher", counter);
  return () => (existsSync(starts) ? readFileSync(starts, "utf8").length : 0);
}
