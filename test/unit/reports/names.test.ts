import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logPaths, reportNames, shortNames } from "../../../src/reports/names.ts";

function named(...names: readonly string[]) {
  return names.map((name, index) => ({ id: `tests/test_it.py::${index}::${name}`, name }));
}

function directories(...names: readonly string[]): readonly string[] {
  return [...reportNames(named(...names)).values()];
}

function only(name: string): string {
  return directories(name)[0] ?? "";
}

describe("a test's directory", () => {
  it.each([
    "test_hello_produces_response",
    "test_route[simple-0.5]",
    "routes a thank-you to the simple tier",
    "prüft Umlaute",
    "問い合わせ",
    "emoji 🚀",
    "con_text",
    "v1.2",
  ])("is the test's own name: %s", (name) => {
    expect(only(name)).toBe(name);
  });

  it.each([
    ["test_x[a/b]", /^test_x-a-b-[0-9a-f]{8}$/],
    ["what? why: <this> | that *", /^what-why-this-that-[0-9a-f]{8}$/],
    ['"quoted" \\ back', /^quoted-back-[0-9a-f]{8}$/],
    ["..", /^unnamed-[0-9a-f]{8}$/],
    [".", /^unnamed-[0-9a-f]{8}$/],
    ["", /^unnamed-[0-9a-f]{8}$/],
    [".git", /^git-[0-9a-f]{8}$/],
    [".g\u200cit", /^g-it-[0-9a-f]{8}$/],
    ["git~1", /^git-1-[0-9a-f]{8}$/],
    [".hidden", /^hidden-[0-9a-f]{8}$/],
    ["trailing dot.", /^trailing-dot-[0-9a-f]{8}$/],
    ["trailing space ", /^trailing-space-[0-9a-f]{8}$/],
    ["CON", /^CON-[0-9a-f]{8}$/],
    ["nul.txt", /^nul-[0-9a-f]{8}\.txt$/],
    ["COM1.anything at all", /^COM1-anything-at-all-[0-9a-f]{8}$/],
    ["a\nb\0c", /^a-b-c-[0-9a-f]{8}$/],
    ["_suite", /^_suite-[0-9a-f]{8}$/],
    ["cafe\u0301", /^caf\u00e9-[0-9a-f]{8}$/],
    ["half \ud83d", /^half-[0-9a-f]{8}$/],
    ["x".repeat(300), /^x{91}-[0-9a-f]{8}$/],
    ["ü".repeat(60), /^ü{45}-[0-9a-f]{8}$/],
  ])("is readable where the name cannot be one: %j", (name, expected) => {
    expect(only(name)).toMatch(expected);
  });

  it("keeps names apart that differ only in case or Unicode form", () => {
    const both = directories("Test_A", "test_a", "test_b", "ﬁne", "fine", "straße", "STRASSE");
    expect(both[2]).toBe("test_b");
    expect(both.filter((name) => /-[0-9a-f]{8}$/.test(name))).toHaveLength(6);
  });

  it("keeps tests of the same name apart", () => {
    expect(new Set(directories("test_a", "test_a", "test_a")).size).toBe(3);
  });

  it("does not let one test take the name that another one's hash gives", () => {
    const [first = ""] = directories("a/b");
    const tests = [...named("a/b"), { id: "other", name: first }];
    const names = reportNames(tests);
    expect(new Set(names.values()).size).toBe(2);
  });
});

/** What a case-insensitive file system that ignores Unicode forms sees. */
function folded(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

const character = fc.oneof(
  fc.constantFrom(..."aAbBß.-_ /\\:~1é\u0301ﬁK"),
  fc.constantFrom("con", "nul", ".git", "git~1", "\u200c", "\ud83d", "İ"),
  fc.string({ unit: "binary", maxLength: 3 }),
);
const anyName = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(""));
const anyTests = fc.uniqueArray(fc.record({ id: anyName, name: anyName }), { selector: ({ id }) => id });

describe("for all tests", () => {
  it("no two directories are the same on any file system, and all are legal", () => {
    fc.assert(
      fc.property(anyTests, (tests) => {
        const names = reportNames(tests);
        expect(names.size).toBe(tests.length);
        expect(new Set([...names.values()].map(folded)).size).toBe(tests.length);
        for (const name of names.values()) {
          expect(name).not.toMatch(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}]|^\.|[. ]$|^$/u);
          expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(100);
          expect(folded(name)).not.toBe("_suite");
        }
      }),
    );
  });

  it("the order of the tests does not matter", () => {
    const shuffled = anyTests.chain((tests) =>
      fc.tuple(fc.constant(tests), fc.shuffledSubarray(tests, { minLength: tests.length })),
    );
    fc.assert(
      fc.property(shuffled, ([tests, others]) => {
        const names = reportNames(tests);
        const again = reportNames(others);
        for (const { id } of tests) expect(again.get(id)).toBe(names.get(id));
      }),
    );
  });
});

describe("the name of what the suite left somewhere", () => {
  it("has as much of its path as tells it from the others", () => {
    expect(shortNames(["logs/session.log"])).toEqual(["session.log"]);
    expect(shortNames(["x.log", "a/x.log", "a/b/x.log", "c/b/x.log", "a/y.log", "a/y.log"])).toEqual([
      "x.log",
      "a/x.log",
      "a/b/x.log",
      "c/b/x.log",
      "y.log",
      "y.log",
    ]);
  });

  it("is the end of its path, and no other's", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "logs", "", ".."), { minLength: 1 })
      .map((all) => all.join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(path), (names) => {
        const short = shortNames(names);
        expect(new Set(short).size).toBe(names.length);
        for (const [index, one] of short.entries()) expect(`/${names[index]}`.endsWith(`/${one}`)).toBe(true);
      }),
    );
  });
});

describe("a log's path", () => {
  it("is its own name, directories included", () => {
    expect(logPaths(["session.log", "server/access.log"])).toEqual(["session.log", "server/access.log"]);
  });

  it("cannot lead out of the test's directory, and keeps its extension", () => {
    const paths = logPaths(["../../etc/passwd", "/abs/x.log", "a//b.log", "C:\\x.log", "./y.log"]);
    for (const path of paths) expect(path).toMatch(/^[\w-]+-[0-9a-f]{8}(?:\.log)?$/);
  });

  it("is never the metadata's, nor another log's, nor below one", () => {
    const names = ["metadata.json", "Metadata.JSON", "a", "a/b", "A/c", "x.log", "X.log", "x.log"];
    const paths = logPaths(names);
    expect(new Set(paths.map(folded)).size).toBe(names.length);
    expect(paths.map(folded)).not.toContain("metadata.json");
    for (const path of paths) {
      expect(paths.filter((other) => folded(other).startsWith(`${folded(path)}/`))).toEqual([]);
    }
  });

  it("is distinct and relative for all names", () => {
    fc.assert(
      fc.property(fc.array(anyName), (names) => {
        const paths = logPaths(names);
        expect(new Set(paths.map(folded)).size).toBe(names.length);
        for (const path of paths) {
          for (const segment of path.split("/")) expect(segment).not.toMatch(/^\.|^$|[\\:\0]/);
        }
      }),
    );
  });
});
