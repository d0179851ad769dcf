import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";

/** Writes which parts of the program were loaded, each by its name without the hash. */
const WATCH = `process.on("exit", () => {
  const parts = Object.keys(require.cache).filter((file) => /[\\\\/]dist[\\\\/]/.test(file));
  require("fs").writeFileSync(process.env.LOADED, parts.join("\\n"));
});
`;

async function loadedBy(rig: Rig, ...args: readonly string[]): Promise<readonly string[]> {
  const [watch, loaded] = [join(rig.base, "watch.cjs"), join(rig.base, "loaded")];
  writeFileSync(watch, WATCH);
  await rig.run(process.execPath, ["--require", watch, GATE, ...args], { LOADED: loaded });
  const names = readFileSync(loaded, "utf8").split("\n");
  return names.map((file) => /([\w.-]+?)(?:-[\w-]{8})?\.cjs$/.exec(file)?.[1] ?? file).toSorted();
}

it.each([
  ["why-ignored", ["why-ignored", "README.md"], "why-ignored", ["evidence", "judging", "verifying"]],
  ["status while the memo holds", ["status"], "cli", ["evidence", "judging", "verifying", "why-ignored"]],
  ["verify", ["verify"], "verifying", ["judging", "why-ignored"]],
])("gate %s loads nothing of what only others need", async (_verb, args, own, others) => {
  const rig = await Rig.create();
  await rig.withEvidence();
  await rig.gate("status");
  const parts = await loadedBy(rig, ...args);
  expect(parts).toContain(own);
  expect(parts.filter((part) => others.includes(part))).toEqual([]);
});
