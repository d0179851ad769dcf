import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findFiles } from "../../../../src/adapters/files/globs.ts";

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), "gate-globs-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  mkdirSync(join(made, "below/deeper"), { recursive: true });
  for (const path of ["b.log", "a.log", "below/c.log", "below/deeper/d.log", "a.txt"])
    writeFileSync(join(made, path), path);
  return made;
}

it("finds regular files in order, with their times, and follows no link", async () => {
  const top = directory();
  symlinkSync("a.log", join(top, "link.log"));
  symlinkSync("below", join(top, "linked"));
  symlinkSync("nowhere", join(top, "dangling.log"));
  utimesSync(join(top, "b.log"), 7, 7);
  const found = await findFiles(top, ["**/*.log"], ["below/deeper/**"]);
  expect(found.map(({ path }) => path)).toEqual(["a.log", "b.log", "below/c.log"]);
  expect(found[1]).toEqual({ path: "b.log", place: join(top, "b.log"), modifiedMs: 7000 });
});

it("names that are no UTF-8 cost nobody else, and are told apart", async () => {
  const top = directory();
  const misnamed = (name: string) => Buffer.concat([Buffer.from(`${top}/`), Buffer.from(name, "latin1")]);
  for (const name of ["r\xe9sum.txt", "r\xe9sum.log", "r\xeasum.log"]) writeFileSync(misnamed(name), name);
  writeFileSync(join(top, "r\uFFFDsum.log"), "as it reads");
  const found = await findFiles(top, ["**/*.log"], []);
  const names = ["a.log", "b.log", "below/c.log", "below/deeper/d.log"];
  expect(found.map(({ path }) => path)).toEqual([...names, "r%E9sum.log", "r%EAsum.log", "r\uFFFDsum.log"]);
  expect(found.find(({ path }) => path === "r%EAsum.log")?.place).toEqual(misnamed("r\xeasum.log"));
});
