import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Manifest, parseManifest, serialiseManifest } from "../../../src/reports/manifest.ts";

const BLOB = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const MANIFEST: Manifest = {
  suite: "model-tests",
  fingerprint: SHA256,
  inputs: { files: 99, ignored: ["src/__pycache__/"] },
  verdict: "passed",
  tests: new Map([
    ["tests/b.py::test_b", { outcome: "skipped", duration: null, message: "needs two GPUs", reads: null }],
    [
      "tests/a.py::test_a[10]",
      { outcome: "passed", duration: 3.2, message: null, reads: null, peakVramMiB: 10_240 },
    ],
    ["10", { outcome: "passed", duration: 0, message: null, reads: null }],
    ["__proto__", { outcome: "xfailed", duration: 1, message: null, reads: null }],
  ]),
  deselected: 0,
  run: {
    started: "2026-02-13T14:27:22Z",
    ended: "2026-02-13T14:29:35Z",
    duration: 133.1,
    command: "uv run pytest tests/model",
  },
  machine: {
    os: "Linux 6.1 x86_64",
    cpus: 16,
    memoryBytes: 64_000_000_000,
    node: "v20.20.2",
    gpus: [{ name: "NVIDIA GeForce RTX 4090", driver: "550.54", memoryMiB: 24_564 }],
  },
  environment: null,
  reads: null,
  runner: { name: "pytest", version: "9.0.0" },
  recordedBy: { name: "Ann" },
  sessions: { earlier: 2, verdicts: new Map([["failed", 1] as const, ["timed-out", 1] as const]) },
  reports: new Map([
    ["model-tests.hash", { mode: "100644", blob: BLOB, sha256: SHA256 } as const],
    ["logs/test_b/metadata.json", { mode: "100644", blob: BLOB, sha256: SHA256 } as const],
  ]),
};

const TEXT = serialiseManifest(MANIFEST);

function parsed(text: string | Uint8Array) {
  return parseManifest(typeof text === "string" ? Buffer.from(text) : text);
}

function why(text: string | Uint8Array): string {
  const result = parsed(text);
  return result.ok ? "" : result.error;
}

describe("the manifest", () => {
  it("is read as it was written", () => {
    expect(parsed(TEXT)).toEqual({ ok: true, value: MANIFEST });
  });

  it("has its keys in byte order, one report a line, and a final newline", () => {
    const lines = TEXT.split("\n");
    expect(lines.filter((line) => /^ {2}"/.test(line)).map((line) => line.split('"')[1])).toEqual([
      "fingerprint",
      "inputs",
      "machine",
      "recorded_by",
      "reports",
      "run",
      "runner",
      "schema",
      "sessions",
      "suite",
      "tests",
      "verdict",
    ]);
    expect(lines).toContain(`    "logs/test_b/metadata.json": "100644 ${BLOB} ${SHA256}",`);
    expect(lines).toContain(`    "model-tests.hash": "100644 ${BLOB} ${SHA256}"`);
    expect(TEXT.endsWith("}\n")).toBe(true);
  });

  it("does not depend on the order in which things were put in", () => {
    const reversed = {
      ...MANIFEST,
      tests: new Map([...MANIFEST.tests].reverse()),
      reports: new Map([...MANIFEST.reports].reverse()),
    };
    expect(serialiseManifest(reversed)).toBe(TEXT);
  });

  it("orders paths as git does, by bytes", () => {
    const entry = { mode: "100644", blob: BLOB, sha256: SHA256 } as const;
    const text = serialiseManifest({
      ...MANIFEST,
      reports: new Map([
        ["\u{1f600}.puml", entry],
        ["\uff41.puml", entry],
      ]),
    });
    expect(text.indexOf("\uff41.puml")).toBeLessThan(text.indexOf("\u{1f600}.puml"));
  });

  it("keeps every test id", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "binary" })), (ids) => {
        const outcome = { outcome: "passed", duration: null, message: null, reads: null } as const;
        const manifest = { ...MANIFEST, tests: new Map(ids.map((id) => [id, outcome])) };
        const result = parsed(serialiseManifest(manifest));
        expect(result.ok ? new Set(result.value.tests.keys()) : result.error).toEqual(new Set(ids));
      }),
    );
  });

  it("says so when its version is another one", () => {
    expect(why(TEXT.replace("gate/manifest@1", "gate/manifest@2"))).toBe(
      "its schema is gate/manifest@2; this gate reads gate/manifest@1",
    );
    expect(why('{"schema": "other"}')).toBe("it is not a manifest");
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "verdict: passed"],
    ["another document", "[]"],
    ["a byte order mark", `\ufeff${TEXT}`],
    ["CRLF", TEXT.replaceAll("\n", "\r\n")],
    ["no final newline", TEXT.trimEnd()],
    ["something behind it", `${TEXT}\n`],
    ["another indentation", JSON.stringify(JSON.parse(TEXT))],
    ["a member twice", TEXT.replace('  "verdict"', '  "verdict": "failed",\n  "verdict"')],
    ["an escape that need not be one", TEXT.replace('"Ann"', '"\\u0041nn"')],
    ["a number in another form", TEXT.replace("133.1", "1331e-1")],
    ["an unknown member", TEXT.replace('  "verdict"', '  "trust": "me",\n  "verdict"')],
    ["an unknown member below", TEXT.replace('"files": 99', '"dirs": 3,\n    "files": 99')],
    ["a missing member", TEXT.replace(/ {2}"recorded_by": \{\n.*\n {2}\},\n/, "")],
    ["a list that is left out where it is empty", TEXT.replace(/\[\n *"src\/__pycache__\/"\n *\]/, "[]")],
    ["a made-up verdict", TEXT.replace('"verdict": "passed"', '"verdict": "fine"')],
    ["a made-up outcome", TEXT.replace('"outcome": "skipped"', '"outcome": "ok"')],
    ["a short fingerprint", TEXT.replace(/("fingerprint": ")../, "$1")],
    ["an upper-case digest", TEXT.replace(` ${SHA256}"`, ` ${SHA256.toUpperCase()}"`)],
    ["a short blob id", TEXT.replace(BLOB, BLOB.slice(1))],
    ["another mode", TEXT.replace("100644", "100755")],
    ["a link as a report", TEXT.replace("100644", "120000")],
    ["a negative count", TEXT.replace('"files": 99', '"files": -99')],
    ["a peak that is text", TEXT.replace('"peak_vram_mib": 10240', '"peak_vram_mib": "10240"')],
    ["a peak that is no whole number", TEXT.replace('"peak_vram_mib": 10240', '"peak_vram_mib": 0.5')],
    ["a duration that is text", TEXT.replace("133.1", '"133.1"')],
    ["a time that is none", TEXT.replace("2026-02-13T14:27:22Z", "2026-02-30")],
    ["an absolute path", TEXT.replace('"model-tests.hash"', '"/model-tests.hash"')],
    ["a path that leads out", TEXT.replace('"model-tests.hash"', '"../model-tests.hash"')],
    ["a path with a dot segment", TEXT.replace('"model-tests.hash"', '"./model-tests.hash"')],
    ["a path with a backslash", TEXT.replace('"model-tests.hash"', '"model\\\\tests.hash"')],
    ["a path into .git", TEXT.replace('"model-tests.hash"', '".GIT/hooks/pre-commit"')],
    ["itself as a report", TEXT.replace('"model-tests.hash"', '"model-tests.json"')],
    ["its signature as a report", TEXT.replace('"model-tests.hash"', '"model-tests.json.sig"')],
    ["paths out of order", TEXT.replace('"model-tests.hash"', '"a"')],
  ])("with %s is refused, with a reason", (_, text) => {
    expect(text).not.toBe(TEXT);
    expect(why(text)).not.toBe("");
  });

  it("is refused where it is not UTF-8", () => {
    const bytes = Buffer.from(TEXT);
    bytes[bytes.indexOf("Ann")] = 0xff;
    expect(why(bytes)).toBe("it is not UTF-8");
  });

  it("names the place that is wrong", () => {
    expect(why(TEXT.replace('"outcome": "skipped"', '"outcome": "ok"'))).toContain("tests/b.py::test_b");
  });
});
