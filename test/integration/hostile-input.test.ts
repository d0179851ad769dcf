import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { isRunning, livingProcesses, start } from "../rig/started.ts";

async function freshRig(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject(suiteLines);
  await rig.git("add", ".");
  return rig;
}

async function expectWhole(rig: Rig): Promise<void> {
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual([]);
}

async function expectRefused(rig: Rig, ...words: string[]): Promise<void> {
  const ended = await rig.tryCommit("due");
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.stderr).not.toContain("bug in gate");
  expect(ended.code).toBe(1);
  expect(await rig.git("ls-files", "test-reports")).toBe("");
}

describe("tests with hostile names", () => {
  const NAMES = [
    'a/b\\c:d?e*f"g<h>i|j[k]',
    "..",
    "../../../etc/passwd",
    ".hidden",
    ".git",
    "x".repeat(300),
    "🚀 launch 👩‍🚀",
    "Twin",
    "twin",
    "caf\u00e9",
    "cafe\u0301",
    "tab\tnewline\nbell\u0007escape\u001b[31mred",
    "\u202egnp.exe",
    "con",
    "-rf",
    "--output=/tmp/x",
    ":(top)magic",
    "$(touch pwned) `touch pwned`",
    "%00",
    " leading and trailing ",
    "model-tests.json",
    "metadata",
    "half \ud83d of a pair",
    "__proto__",
    "constructor",
  ];

  it("all have reports of their own, and legal file names", async () => {
    const rig = await freshRig();
    rig.suite.answers(
      NAMES.map((name, index) => ({ id: `tests/a.py::${index}::${name}`, name, prompt: name })),
    );
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain(`${NAMES.length} passed`);
    const files = (await rig.git("ls-files", "-z", "test-reports")).split("\0").filter((path) => path !== "");
    expect(files.filter((path) => path.endsWith(".puml"))).toHaveLength(NAMES.length);
    expect(files.filter((path) => path.endsWith("/session.log"))).toHaveLength(NAMES.length);
    const folded = new Set(files.map((path) => path.normalize("NFKC").toLowerCase()));
    expect(folded.size).toBe(files.length);
    for (const path of files) {
      expect(
        path.split("/").every((part) => !/[<>:"\\|?*\p{Cc}]|^\.|[. ]$/u.test(part) && part.length <= 120),
      ).toBe(true);
    }
    expect(rig.exists("pwned")).toBe(false);
    await expectWhole(rig);
  });

  it("do not steer the terminal when they fail", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::\u001b]0;owned\u0007\u001b[2Jgone\u202e", outcome: "failed" }], { exit: 1 });
    const ended = await rig.tryCommit("due");
    expect(ended.stderr).toContain("gone");
    expect(ended.stderr).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it("with the same id twice are no pass", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b" }, { id: "a::b" }]);
    await expectRefused(rig, "ended twice");
  });
});

describe("logs", () => {
  /** The suite puts a file into its artifacts directory by a shell line, and names it in an event. */
  async function logRig(lines: string, path = "session.log"): Promise<Rig> {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b", logs: {} }], {
      before: `cd "$GATE_ARTIFACTS"; ${lines}; cd "$GATE_ROOT"`,
    });
    rig.suite.cutEvents((events) =>
      events.flatMap((line) => {
        const event: { type: string; seq: number } = JSON.parse(line);
        const late = ["test-end", "end"].includes(event.type);
        const moved = JSON.stringify({ ...event, seq: event.seq + (late ? 1 : 0) });
        if (event.type !== "test-end") return [moved];
        const artifact = {
          v: 1,
          seq: event.seq,
          time: "2026-02-13T14:27:22.000Z",
          type: "artifact",
          id: "a::b",
          path,
          name: "session.log",
        };
        return [JSON.stringify(artifact), moved];
      }),
    );
    return rig;
  }

  it.each([
    ["empty", ": > session.log", ""],
    ["without a final newline", "printf 'no newline' > session.log", "no newline"],
    ["of one huge line", "head -c 3000000 /dev/zero | tr '\\0' x > session.log", "xxx"],
  ])("that are %s are kept", async (_name, lines, text) => {
    const rig = await logRig(lines);
    await rig.commit("due");
    expect(rig.read("test-reports/logs/b/session.log").slice(0, 20)).toContain(text);
    await expectWhole(rig);
  });

  it.each([
    ["a link out of the tree", "ln -s /etc/passwd session.log", "outside the artifacts directory"],
    ["a link to nowhere", "ln -s nowhere session.log", "is not there"],
    ["a directory", "mkdir session.log", "is not a regular file"],
    ["a named pipe", "mkfifo session.log", "is not a regular file"],
    ["missing", ":", "is not there"],
  ])("that are %s are refused by name", async (_name, lines, words) => {
    const rig = await logRig(lines);
    await expectRefused(rig, words, "session.log");
  });

  it("that are binary have a note in their place, and the run counts", async () => {
    const rig = await logRig("head -c 2000 /dev/urandom > session.log; printf 'a\\0b\\0c\\0' >> session.log");
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("a note stands for it in the reports");
    expect(await rig.git("ls-files", "test-reports")).toContain("session.log.not-copied.txt");
    expect((await rig.gate("verify")).code).toBe(0);
  });

  it("that are said to be elsewhere are refused", async () => {
    const rig = await logRig("echo x > ../../../../secret.log", "../../../../secret.log");
    await expectRefused(rig, "outside the artifacts directory");
  });

  it("that still grow are taken as they were", async () => {
    const rig = await logRig("(while :; do echo more; done > session.log) & sleep 0.2");
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("left a process running");
    expect(livingProcesses(rig)).toEqual([]);
    await expectWhole(rig);
  });

  it("found by logs: are none where they are links out of the tree", async () => {
    const rig = await Rig.create();
    rig.writeProject(`    logs: ["**/session*.log"]\n`);
    rig.write(".gitignore", ".gate/\n*.log\n!test-reports/**/*.log\n");
    await rig.git("add", ".");
    const secret = join(rig.base, "secret");
    mkdirSync(secret);
    writeFileSync(join(secret, "session.log"), "password\n");
    rig.suite.answers([{ id: "a::b", logs: {} }], {
      after: `ln -s "${secret}" linked; ln -s "${secret}/session.log" session_linked.log; mkfifo session_pipe.log; echo fine > session_plain.log`,
    });
    symlinkSync(secret, join(rig.directory, "before"));
    await rig.tryCommit("due");
    const reports = await rig.git("ls-files", "test-reports");
    expect(reports).not.toContain("linked");
    expect(reports).toContain("session_plain.log");
    expect(await rig.git("grep", "--cached", "-c", "-e", "fine", "--", "test-reports")).not.toBe("");
    expect((await rig.tryGit("grep", "--cached", "-e", "password")).code).toBe(1);
  });
});

describe("suites that misbehave", () => {
  it("print 100 MB: all of it streams through", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b" }], { before: "head -c 100000000 /dev/zero | tr '\\0' '.'" });
    const ended = await rig.gate("run");
    expect(ended.code).toBe(0);
    expect(ended.stderr.length).toBeGreaterThan(100_000_000);
  });

  it("print what is no text", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b" }], { before: "printf '\\377\\0\\033[31m'; printf 'err' >&2" });
    await rig.commit("due");
    await expectWhole(rig);
  });

  it("fork and exit: what they leave is ended and named", async () => {
    const rig = await freshRig();
    const stray = `47${process.pid}.5`;
    rig.suite.answers([{ id: "a::b" }], { after: `setsid /bin/sleep ${stray} &` });
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("left a process running, which was stopped");
    expect(isRunning(stray)).toBe(false);
    await expectWhole(rig);
  });

  it("ignore SIGTERM: their time limit holds all the same", async () => {
    const rig = await freshRig("    timeout: 300ms\n");
    rig.suite.does("trap '' TERM INT HUP; while :; do sleep 0.1; done");
    await expectRefused(rig, "stopped at its time limit");
    expect(livingProcesses(rig)).toEqual([]);
  });

  it("cannot be started", async () => {
    const rig = await freshRig();
    rig.write("gate.yaml", rig.read("gate.yaml").replace('sh "$RIG_SUITE"', "no-such-program-at-all"));
    await rig.git("add", ".");
    await expectRefused(rig, "exited 127");
  });

  it("remove their own session directory", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b" }], { after: 'rm -rf "$GATE_EVENTS" "$GATE_ARTIFACTS"' });
    await expectRefused(rig, "It left no structured results");
  });

  it("remove all sessions", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b" }], { after: 'rm -rf "$GATE_ROOT/.gate"' });
    await expectRefused(rig, "not accepted");
  });

  it("write events that are none", async () => {
    const rig = await freshRig();
    rig.suite.does(
      'head -c 100000 /dev/urandom > "$GATE_EVENTS/1-a.ndjson"; mkfifo "$GATE_EVENTS/2-b.ndjson"; ln -s /dev/zero "$GATE_EVENTS/3-c.ndjson"',
    );
    await expectRefused(rig, "not accepted");
  });

  it("leave pipes in their session that nobody writes to", async () => {
    const rig = await freshRig();
    const before = 'cd "$GATE_EVENTS/.."; mkfifo more.json gpu.csv; cd "$GATE_ROOT"';
    rig.suite.answers([{ id: "a::b" }], { before });
    await rig.commit("due");
    await expectWhole(rig);
    expect((await rig.gate("sessions", "show")).code).toBe(0);
  });

  it("overwrite the reports while they run", async () => {
    const rig = await freshRig();
    await rig.commit("first");
    rig.suite.answers([{ id: "a::b" }], { after: "echo forged > test-reports/model-tests.json" });
    rig.write("src/router.py", "route = 2\n");
    const ended = await rig.tryCommit("due", "-a");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("test-reports/model-tests.json");
    await rig.git("checkout", "HEAD", "--", "test-reports");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("are not stopped by a reader of their output that goes away", async () => {
    const rig = await freshRig();
    rig.suite.answers([{ id: "a::b" }], {
      before: "for i in 1 2 3 4 5; do head -c 100000 /dev/zero | tr '\\0' '.'; sleep 0.05; done",
    });
    const run = start(rig, "sh", ["-c", `"${process.execPath}" "${GATE}" run 2>&1 | head -c 10`]);
    await run.ended;
    await rig.commit("due");
    expect(rig.suite.runs).toBe(1);
    await expectWhole(rig);
  });
});
