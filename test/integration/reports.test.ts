import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rawLogOpener } from "../../src/adapters/files/raw-log.ts";
import { buildReports } from "../../src/reports/build.ts";
import { parseHashFile } from "../../src/reports/hash-file.ts";
import { parseManifest } from "../../src/reports/manifest.ts";
import type { ReportStore } from "../../src/reports/staging.ts";
import type { LogSource } from "../../src/suite/results.ts";
import { FINGERPRINT, ReportsWorkshop } from "../rig/reports-workshop.ts";
import { testResult } from "../rig/sample-test.ts";

let workshop: ReportsWorkshop;

beforeEach(() => {
  workshop = new ReportsWorkshop();
});

afterEach(() => {
  workshop.remove();
});

function helloTest() {
  return testResult({
    properties: { tier: "simple", prompt: "Hello" },
    turns: [
      { kind: "prompt", text: "Hello" },
      { kind: "response", text: "Hi there" },
    ],
    logs: [
      workshop.log("session.log", "2026-02-13 14:27:22,123 INFO ready in 1.2s\nHi there  \n"),
      workshop.log("server/access.log", `GET ${workshop.directory}/a pid=123`),
    ],
  });
}

const ROUTING = testResult({ id: "tests/r.py::test_x[a/b]", name: "test_x[a/b]", file: null });

describe("reports", () => {
  it("hold what the design says, and nothing else", async () => {
    const built = await workshop.build([helloTest(), ROUTING], { logs: [workshop.log("gpu.log", "idle\n")] });
    const routing = built.files
      .map(({ path }) => path)
      .find((path) => /^test_x-a-b-[0-9a-f]{8}\.puml$/.test(path));
    const directory = routing?.slice(0, -".puml".length);
    expect(built.files.map(({ path }) => path).sort()).toEqual([
      "logs/_suite/gpu.log",
      "logs/test_hello/metadata.json",
      "logs/test_hello/server/access.log",
      "logs/test_hello/session.log",
      `logs/${directory}/metadata.json`,
      "model-tests-latest.txt",
      "model-tests.hash",
      "model-tests.json",
      "test_hello.puml",
      `${directory}.puml`,
    ]);
    const all = workshop.texts(built);
    expect(all.get("logs/test_hello/session.log")).toBe("<time> INFO ready in <duration>\nHi there  \n");
    expect(all.get("logs/test_hello/server/access.log")).toBe("GET <repo>/a pid=<pid>");
    expect(JSON.parse(all.get("logs/test_hello/metadata.json") ?? "")).toEqual({
      test_name: "test_hello",
      nodeid: "tests/model/test_hello.py::test_hello",
      passed: true,
      outcome: "passed",
      tier: "simple",
      duration_s: 3.2,
      prompt: "Hello",
      timestamp: "2026-02-13T14:27:22Z",
    });
    expect(parseHashFile(Buffer.from(all.get("model-tests.hash") ?? ""))).toEqual({
      fingerprint: FINGERPRINT,
      suite: "model-tests",
    });
  });

  it.each([[[]], [["--object-format=sha256"]]])(
    "are in the manifest with git's own ids (git init %j)",
    async (git) => {
      workshop.remove();
      workshop = new ReportsWorkshop(git);
      const built = await workshop.build([helloTest(), ROUTING]);
      const manifest = built.files.find(({ path }) => path === "model-tests.json");
      expect(parseManifest(workshop.blob(manifest?.blob ?? ""))).toEqual({
        ok: true,
        value: built.manifest,
      });
      expect([...built.manifest.reports.keys()].sort()).toEqual(
        built.files
          .map(({ path }) => path)
          .filter((path) => path !== "model-tests.json")
          .sort(),
      );
      for (const { path, blob, sha256, bytes } of built.files) {
        const content = workshop.blob(blob);
        expect(bytes).toBe(content.length);
        expect(sha256).toBe(createHash("sha256").update(content).digest("hex"));
        if (path !== "model-tests.json") {
          expect(built.manifest.reports.get(path)).toEqual({ mode: "100644", blob, sha256 });
        }
      }
    },
  );

  it("are unchanged but for the manifest when only times, durations and process ids are others", async () => {
    const first = await workshop.build([helloTest(), ROUTING]);
    const before = workshop.texts(first);
    const log = workshop.log("session.log", "2027-12-24 01:02:03,456 INFO ready in 77ms\nHi there  \n");
    const hello = helloTest();
    const again = await workshop.build(
      [
        ROUTING,
        { ...hello, startedAt: "2027-12-24T01:02:03Z", duration: 9, logs: [log, ...hello.logs.slice(1)] },
      ],
      {
        previous: workshop.previous(first),
        run: { started: new Date("2027-12-24T01:02:00Z"), ended: new Date("2027-12-24T01:03:00Z") },
      },
    );
    const changed = [...workshop.texts(again)]
      .filter(([path, text]) => before.get(path) !== text)
      .map(([path]) => path);
    expect(changed).toEqual(["model-tests.json"]);
    expect(again.manifest.tests.get(hello.id)?.duration).toBe(9);
    expect(again.files).toHaveLength(first.files.length);
  });

  it.each([
    ["a log", (hello: ReturnType<typeof helloTest>) => ({ ...hello, logs: hello.logs.slice(1) })],
    ["a property", (hello: ReturnType<typeof helloTest>) => ({ ...hello, properties: { tier: "code" } })],
    ["an answer", (hello: ReturnType<typeof helloTest>) => ({ ...hello, turns: hello.turns.slice(1) })],
  ])("say anew when a test was recorded where %s is another", async (_, change) => {
    const first = await workshop.build([helloTest(), ROUTING]);
    const later = { startedAt: "2027-12-24T01:02:03Z" };
    const again = await workshop.build(
      [
        { ...change(helloTest()), ...later },
        { ...ROUTING, ...later },
      ],
      {
        previous: workshop.previous(first),
      },
    );
    const all = workshop.texts(again);
    expect(all.get("logs/test_hello/metadata.json")).toContain("2027-12-24T01:02:03Z");
    const routing = again.files.find(({ path }) => /^logs\/test_x.*metadata\.json$/.test(path));
    expect(all.get(routing?.path ?? "")).toContain("2026-02-13T14:27:22Z");
  });

  it("stay inside their directory whatever tests and logs are called", async () => {
    const names = [
      "../../evil",
      "/abs",
      "..",
      "a/../../b",
      "C:\\x",
      ".git",
      "x\n@enduml",
      "🚀",
      "n".repeat(300),
      "A",
      "a",
    ];
    const tests = names.map((name) =>
      testResult({
        id: `id ${name}`,
        name,
        logs: [{ ...workshop.log("x", "x\n"), name: `${name}/${name}.log` }],
      }),
    );
    const built = await workshop.build(tests);
    expect(built.files).toHaveLength(names.length * 3 + 3);
    expect(new Set(built.files.map(({ path }) => path.normalize("NFKC").toLowerCase())).size).toBe(
      built.files.length,
    );
    expect(readdirSync(workshop.directory).sort()).toEqual([".git", ".gate"].sort());
  });

  it("take empty logs, logs without a final newline, and the same name twice", async () => {
    const logs = [workshop.log("a.log", "", "1"), workshop.log("a.log", "no newline", "2")];
    const all = workshop.texts(await workshop.build([testResult({ logs })]));
    const contents = [...all].filter(([path]) => path.endsWith(".log")).map(([, text]) => text);
    expect(contents).toEqual(["", "no newline"]);
  });

  it("are stored whole where small and large ones take turns", async () => {
    const contents = Array.from({ length: 40 }, (_, index) =>
      `report ${index}\n`.repeat(index % 8 === 0 ? 100_000 + index : 1 + index),
    );
    const logs = contents.map((content, index) => workshop.log(`${index}.log`, content));
    const built = await workshop.build([testResult({ logs })], { maxReportBytes: 1 << 23 });
    const all = workshop.texts(built);
    expect(contents.map((_, index) => all.get(`logs/test_hello/${index}.log`))).toEqual(contents);
    for (const { blob, sha256 } of built.files)
      expect(createHash("sha256").update(workshop.blob(blob)).digest("hex")).toBe(sha256);
  });

  it("are made again where an earlier attempt left something behind", async () => {
    const large = { maxReportBytes: 1 << 23, logs: [workshop.log("large.log", "word\n".repeat(1 << 19))] };
    await workshop.build([helloTest(), ROUTING], large);
    const again = await workshop.build([ROUTING], large);
    expect(again.files).toHaveLength(6);
    expect(readdirSync(workshop.staging)).toHaveLength(1);
  });
});

async function refusals(logs: readonly LogSource[], maxReportBytes?: number) {
  const options = maxReportBytes === undefined ? {} : { maxReportBytes };
  const built = await workshop.attempt([testResult({ logs })], options);
  return built.ok ? [] : built.error;
}

describe("a log that is no text", () => {
  it("has a note in its place that says why, how large it is and what it was, and a warning", async () => {
    const image = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), Buffer.alloc(400_000, 7)]);
    const random = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 255 || 1));
    const logs = [
      workshop.log("image.log", image),
      workshop.log("random.log", random),
      workshop.log("image.log.not-copied.txt", "a log of the suite's own\n"),
      workshop.log("good.log", "fine\n"),
    ];
    const built = await workshop.build([testResult({ logs })]);
    const texts = new Map([...workshop.texts(built)].map(([path, text]) => [path.split("/").at(-1), text]));
    const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    expect(texts.get("image.log.not-copied-2.txt")).toBe(
      `model-gate: image.log was not copied: it is a binary file. 400007 bytes, SHA-256 ${sha256(image)}\n`,
    );
    expect(texts.get("random.log.not-copied.txt")).toBe(
      `model-gate: random.log was not copied: it is not UTF-8 text. 4096 bytes, SHA-256 ${sha256(random)}\n`,
    );
    expect(texts.get("image.log.not-copied.txt")).toBe("a log of the suite's own\n");
    expect([texts.has("image.log"), texts.get("good.log")]).toEqual([false, "fine\n"]);
    expect(
      built.warnings.map(({ severity, message }) => [severity, message.replace(/ of .*: a/, ": a")]),
    ).toEqual([
      ["warning", expect.stringContaining("log image.log")],
      ["warning", expect.stringContaining("log random.log")],
    ]);
  });
});

describe("a log that cannot be a report is refused by name", () => {
  it("links, pipes, sockets, devices, directories, what and what is gone, all at once", async () => {
    const artifacts = join(workshop.session, "artifacts");
    const at = (name: string): LogSource => ({ name, path: join(artifacts, name) });
    symlinkSync("/etc/passwd", at("link.log").path);
    symlinkSync("/etc", at("etc").path);
    symlinkSync("nowhere", at("dangling.log").path);
    execFileSync("mkfifo", [at("pipe.log").path]);
    const server = createServer().listen(at("socket.log").path);
    await new Promise((resolve) => server.once("listening", resolve));
    const refused = await refusals([
      at("link.log"),
      { name: "behind.log", path: join(artifacts, "etc/passwd") },
      at("dangling.log"),
      at("pipe.log"),
      at("socket.log"),
      { name: "null.log", path: "/dev/null" },
      { name: "directory.log", path: artifacts },
      at("gone.log"),
      workshop.log("good.log", "fine\n"),
    ]);
    server.close();
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["report-refused"]));
    expect(refused.map(({ message }) => message.replace(/^log (\S+) of \S+ (.*): .*$/, "$1 $2"))).toEqual([
      "link.log is a symbolic link, or lies behind one, that leads out of the session",
      "behind.log is a symbolic link, or lies behind one, that leads out of the session",
      "dangling.log is gone, or a link that leads nowhere",
      "pipe.log is a named pipe, not a regular file",
      "socket.log is a socket, not a regular file",
      "null.log is a device, not a regular file",
      "directory.log is a directory, not a regular file",
      "gone.log is gone, or a link that leads nowhere",
    ]);
    expect(refused[3]).toMatchObject({
      path: ".gate/sessions/RUN_20260213_142722/artifacts/pipe.log",
      suite: "model-tests",
      hint: expect.stringContaining("gate run --from RUN_20260213_142722"),
    });
  });

  it("a file that may not be read", async () => {
    const log = workshop.log("secret.log", "x");
    chmodSync(log.path, 0o000);
    const reasons = (await refusals([log])).map(({ message }) => message.includes("permission denied"));
    // Root may read everything.
    expect(reasons).toEqual(process.getuid?.() === 0 ? [] : [true]);
  });

  it("a file over the limit, with both sizes and the key that sets it", async () => {
    const [refused] = await refusals([workshop.log("big.log", "word\n".repeat(1000))], 2048);
    expect(refused?.message).toContain(
      "big.log of tests/model/test_hello.py::test_hello has more than 2 KiB when normalised (4.9 KiB raw), the limit of max-report-size",
    );
  });

  it("but not a link that stays in the session, nor a stray NUL far into a text", async () => {
    const target = workshop.log("target.log", `${"text\n".repeat(4000)}nul \0 here\n`);
    const link = join(workshop.session, "artifacts/inside.log");
    symlinkSync(target.path, link);
    const all = workshop.texts(
      await workshop.build([testResult({ logs: [{ name: "inside.log", path: link }] })]),
    );
    expect(all.get("logs/test_hello/inside.log")?.endsWith("text\nnul ␀ here\n")).toBe(true);
  });
});

const FULL_DISK: ReportStore = {
  put: () => undefined,
  putFile: () => undefined,
  caughtUp: async () => undefined,
  ids: async () => {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  },
};

describe("refused as a whole", () => {
  it("a test that never ended", async () => {
    const built = await workshop.attempt([testResult({ outcome: null })]);
    expect(built.ok ? [] : built.error.map(({ code }) => code)).toEqual(["results-invalid"]);
  });

  it("rules that cannot be used", async () => {
    const { suite, ...rest } = workshop.input(FULL_DISK, [helloTest()]);
    const normalise = { off: ["nothing"], rules: [{ match: "(", replace: "" }] };
    const built = await buildReports({ ...rest, suite: { ...suite, normalise } });
    expect(built.ok ? [] : built.error.map(({ code }) => code)).toEqual(["config-invalid", "config-invalid"]);
  });

  it("when the disk is full, with the way to finish later", async () => {
    const built = await buildReports(workshop.input(FULL_DISK, [helloTest()]));
    expect(built.ok ? null : built.error[0]).toMatchObject({
      code: "disk-full",
      hint: expect.stringContaining("gate run --from RUN_20260213_142722"),
    });
  });
});

describe("a raw log", () => {
  it("is read up to the size it had when it was opened", () => {
    const path = join(workshop.session, "growing.log");
    writeFileSync(path, "before\n");
    const opened = rawLogOpener([workshop.session])(path);
    if (!opened.ok) throw new Error(opened.error);
    appendFileSync(path, "after\n");
    const block = opened.value.read();
    expect(block.ok ? block.value?.toString() : block.error).toBe("before\n");
    expect(opened.value.read()).toEqual({ ok: true, value: null });
    opened.value.close();
  });
});
