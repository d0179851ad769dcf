import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Ended, runProgram } from "../rig/processes.ts";
import { PROJECT } from "../rig/repository.ts";

interface Telling extends Ended {
  /** Where the scratch repository is made. */
  readonly temporary: string;
}

/** `npm start` without its build, which the test run has made: another one would take dist away from other tests. */
async function tellStory(args: readonly string[], project = PROJECT): Promise<Telling> {
  const temporary = temporaryDirectory();
  const { PATH = "", HOME = "" } = process.env;
  const ended = await runProgram(process.execPath, [join(project, "scripts/start.mjs"), ...args], {
    cwd: project,
    env: { PATH, HOME, TMPDIR: temporary },
  });
  return { ...ended, temporary };
}

/** Its scripts and its example can be changed; the rest is the project's own. */
function copyOfProject(): string {
  const copy = temporaryDirectory();
  for (const name of ["scripts", "examples"])
    cpSync(join(PROJECT, name), join(copy, name), { recursive: true });
  for (const name of ["bin", "package.json", "node_modules"])
    symlinkSync(join(PROJECT, name), join(copy, name));
  return copy;
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "gate-telling-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return directory;
}

/** The story from its second step on, without what is another each time: durations, dates and the machine. */
function comparable(text: string, before: string, after: string): readonly string[] {
  const start = text.indexOf(`${before}2. The first commit`) + before.length;
  const told = text.slice(start, text.indexOf(after, start));
  const [, machine = ""] = / passed in [\d.]+ m?s on (.+)\. \d+ reports changed/.exec(told) ?? [];
  expect(machine).not.toBe("");
  return told
    .replaceAll(machine, "MACHINE")
    .replaceAll(/\b\d+(?:\.\d+)? m?s\b/g, "TIME")
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "DATE")
    .split("\n");
}

describe("the story of npm start", () => {
  it("comes to its end in plain text, and leaves nothing behind", async () => {
    const story = await tellStory(["--no-build"]);
    expect(story.stdout).toContain("Every step did what it says");
    expect(story.code).toBe(0);
    const titles = story.stdout.split("\n").filter((line) => /^\d\. /.test(line));
    expect(titles).toHaveLength(6);
    expect(story.stdout).toContain("22 passed in");
    expect(story.stdout).toContain("(gate has nothing to say)");
    expect(story.stdout).toContain("gate  model-tests: data/thresholds.json changed. Running:");
    expect(story.stdout).toContain("gate  model-tests: reused the local evidence (recorded by Ann");
    expect(story.stdout).toContain("✗ model-tests");
    expect(story.stdout).toMatch(/session_model\.log is not what the run recorded/);
    expect(story.stdout).toMatch(/^ {5}\d+ ms$/m);
    expect(story.stdout).not.toContain("\u001b");
    expect(readdirSync(story.temporary)).toEqual([]);
    const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
    expect(comparable(readme, "```\n", "\n```")).toEqual(comparable(story.stdout, "", "\n\nEvery step did"));
  });

  it("ends with 1 at the step that does something else, with what was said there", async () => {
    const project = copyOfProject();
    const tests = join(project, "examples/assistant/tests/model/routing.test.js");
    writeFileSync(
      tests,
      `${readFileSync(tests, "utf8")}\ntest("test_broken", () => assert.fail("broken"));\n`,
    );
    const story = await tellStory(["--no-build"], project);
    expect(story.code).toBe(1);
    const titles = story.stdout.split("\n").filter((line) => /^\d\. /.test(line));
    expect(titles).toHaveLength(2);
    expect(story.stdout).toContain(
      "This step did not do what it says: expected that the command ends with 0",
    );
    expect(story.stdout).toContain("failed    tests/model/routing.test.js::test_broken");
    expect(readdirSync(story.temporary)).toEqual([]);
  });

  it("says what it takes, for an option it does not know", async () => {
    const story = await tellStory(["--kep"]);
    expect(story.code).toBe(2);
    expect(story.stderr).toContain("--keep");
    expect(readdirSync(story.temporary)).toEqual([]);
  });
});
