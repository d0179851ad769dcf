import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Manifest, parseManifest, serialiseManifest } from "../../../src/reports/manifest.ts";
import { type ReportDigest, reportsApart } from "../../../src/reports/manifest-reports.ts";

const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const manifest = (reports: ReadonlyMap<string, ReportDigest>): Manifest => ({
  suite: "model-tests",
  fingerprint: SHA256,
  inputs: { files: 1, ignored: [] },
  verdict: "passed",
  // what looks like the table, in a text
  tests: new Map([
    ['reports": {', { outcome: "passed", duration: 1, message: '\n  "reports": {', reads: null }],
  ]),
  deselected: 0,
  run: { started: "2026-02-13T14:27:22Z", ended: "2026-02-13T14:29:35Z", duration: 1, command: "pytest" },
  machine: { os: "Linux", cpus: 1, memoryBytes: 1, node: "v20.20.2", gpus: [] },
  environment: null,
  reads: null,
  runner: { name: "pytest", version: "9.0.0" },
  recordedBy: { name: "Ann" },
  sessions: { earlier: 0, verdicts: new Map() },
  reports,
});

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits });
const digest = fc.record({
  mode: fc.constant("100644" as const),
  blob: fc.oneof(hex(40), hex(64)),
  sha256: hex(64),
});
const plainName = fc.constantFrom("a", "b.log", "10", "9", "a b", "x[1]", "{}", "a,b", "100644 ", "z-_", "A");
const oddName = fc.constantFrom("é", "\ud83d\ude00", 'q"', "\uffff", "\u00a0", "ｅ");
const path = (name: fc.Arbitrary<string>) =>
  fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const table = (name: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(path(name), digest), { maxLength: 8 }).map((entries) => new Map(entries));

const parse = (text: string) => parseManifest(Buffer.from(text));

describe("the table of reports in a manifest", () => {
  it("is read line by line where its names are plain", () => {
    fc.assert(
      fc.property(table(plainName), (reports) => {
        const found = reportsApart(serialiseManifest(manifest(reports)));
        const empty = serialiseManifest(manifest(new Map()));
        const expected = reports.size === 0 ? null : { reports, rest: empty };
        expect(found).toEqual(expected);
      }),
    );
  });

  it("is read as it was written, whatever its names", () => {
    fc.assert(
      fc.property(table(fc.oneof(plainName, oddName)), (reports) => {
        expect(parse(serialiseManifest(manifest(reports)))).toEqual({ ok: true, value: manifest(reports) });
      }),
    );
  });

  it("is taken in its one form and in no other, whatever is changed in it", () => {
    const change = fc.record({
      at: fc.nat(),
      cut: fc.nat(80),
      put: fc.constantFrom(
        "",
        " ",
        "\n",
        ",",
        '"',
        "\t",
        "a",
        "0",
        "}",
        "\\u0061",
        "    ",
        ",\n",
        "/",
        "..",
        "\r\n",
      ),
      again: fc.nat(80),
    });
    fc.assert(
      fc.property(table(plainName), fc.array(change, { minLength: 1, maxLength: 2 }), (reports, changes) => {
        let text = serialiseManifest(manifest(reports));
        for (const { at, cut, put, again } of changes) {
          const from = text.indexOf('  "reports": {\n') + (at % (reports.size * 130 + 20));
          text =
            text.slice(0, from) + put + text.slice(Math.max(0, from - again), from) + text.slice(from + cut);
        }
        const read = parse(text);
        if (read.ok) expect(serialiseManifest(read.value)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["a line twice", (lines: string[]) => [lines[0], lines[0], lines[1]]],
    ["lines in another order", (lines: string[]) => [lines[1], lines[0]]],
    ["a path that leads out", (lines: string[]) => [lines[0], lines[1]?.replace('"b.log', '"b/../log')]],
    ["a digest in capitals", (lines: string[]) => [lines[0], lines[1]?.replace(/b855"/, 'B855"')]],
    ["another mode", (lines: string[]) => [lines[0], lines[1]?.replace("100644", "100755")]],
    ["a space more", (lines: string[]) => [lines[0], ` ${lines[1]}`]],
    [
      "an escape that JSON does not write",
      (lines: string[]) => [lines[0]?.replace('"a"', '"\\u0061"'), lines[1]],
    ],
    ["the manifest itself", (lines: string[]) => [lines[0], lines[1]?.replace("b.log", "model-tests.json")]],
  ])("is refused with %s", (_what, change) => {
    const digests = { mode: "100644", blob: SHA256.slice(0, 40), sha256: SHA256 } as const;
    const text = serialiseManifest(manifest(new Map([["a", digests] as const, ["b.log", digests] as const])));
    const lines = text.split("\n").filter((line) => line.includes(': "100644 '));
    const changed = change(lines.map((line) => line.replace(/,$/, ""))).join(",\n");
    const whole = text.replace(lines.join("\n"), changed);
    expect(parse(text).ok).toBe(true);
    expect(whole).not.toBe(text);
    expect(parse(whole).ok).toBe(false);
  });
});
