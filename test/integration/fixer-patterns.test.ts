import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchedInTime } from "../../src/integrations/fixers/bounded-match.ts";
import { pythonPattern } from "../../src/integrations/fixers/python-pattern.ts";
import { describeWithPython } from "../rig/python.ts";

const NAMES = [
  "test-reports/test_hello.puml",
  "test-reports/logs/test_hello/session.log",
  "test-reports/logs/test_hello/metadata.json",
  "test-reports/model-tests.json.sig",
  "Test-Reports/LOGS/a b.log",
  "docs/größe_01.md",
  "a+b/[x]{2}.txt",
  "line\nbreak.log",
  "tab\tseparated\u00a0",
  "ends\n",
  "1²٣.csv",
];

/** What Python's `re.search` says of each name; null where Python refuses the pattern or does not end. */
const ORACLE = `
import json, re, signal, sys, warnings
warnings.simplefilter("ignore")
asked = json.load(sys.stdin)
class Slow(Exception):
    pass
def give_up(*_):
    raise Slow()
signal.signal(signal.SIGALRM, give_up)
def answer(pattern):
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        compiled = re.compile(pattern)
        return [compiled.search(name) is not None for name in asked["names"]]
    except (re.error, OverflowError, RecursionError, ValueError, Slow):
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
json.dump([answer(one) for one in asked["patterns"]], sys.stdout)
`;

function pythonSays(patterns: readonly string[]): readonly (readonly boolean[] | null)[] {
  const input = JSON.stringify({ patterns, names: NAMES });
  const { stdout, stderr, status } = spawnSync("python3", ["-c", ORACLE], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Per name what gate says; null where it says nothing. */
function gateSays(pattern: string): readonly (boolean | null)[] | null {
  const read = pythonPattern(pattern);
  if (!read.ok) return null;
  const { alternatives, partial } = read.value;
  const matched = matchedInTime(alternatives, NAMES);
  return NAMES.map((_name, index) => (matched === null ? null : matched[index] || (partial ? null : false)));
}

const piece = fc.letrec<{ readonly piece: string; readonly group: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(..."abelotgs_-/.[](){}+*?|^$\\ \n#\té²x019,=!:<>Pi".split("")),
    fc.constantFrom(
      "\\.",
      "\\d",
      "\\D",
      "\\w",
      "\\W",
      "\\s",
      "\\S",
      "\\b",
      "\\B",
      "\\A",
      "\\Z",
      "\\/",
      "\\-",
      "\\_",
      "\\x2e",
    ),
    fc.constantFrom(
      "\\u00e9",
      "\\07",
      "\\056",
      "\\1",
      "\\e",
      "\\n",
      "\\ ",
      "\\#",
      "\\|",
      "{2}",
      "{,2}",
      "{1,}",
      "{1,2}",
      "{x}",
      "{,}",
    ),
    fc.constantFrom(
      "[a-z]",
      "[^/]",
      "[^/]+",
      "[]x]",
      "[^]x]",
      "[\\w.-]",
      "[\\W\\d]",
      "[^\\s]",
      "[a\\-z]",
      "[[:alpha:]]",
      "[{}|#]",
      "[\\b/]",
    ),
    fc.constantFrom(
      ".*",
      ".+?",
      "log",
      "logs/",
      "test-reports/",
      "test_hello",
      "session",
      "\\.log$",
      "(?x)",
      "(?i)",
      "(?m)",
      "(?s)",
      "(?a)",
    ),
    tie("group"),
  ),
  group: fc
    .tuple(
      fc.constantFrom(
        "(",
        "(",
        "(?:",
        "(?:",
        "(?=",
        "(?!",
        "(?<=",
        "(?<!",
        "(?P<n>",
        "(?i:",
        "(?s:",
        "(?x:",
        "(?m-s:",
        "(?-i:",
        "(?>",
        "(?#",
      ),
      fc.array(tie("piece"), { maxLength: 4 }),
      fc.constantFrom("", "", "?", "*", "+", "*?", "++"),
    )
    .map(([open, pieces, repeat]) => `${open}${pieces.join("")})${repeat}`),
}));
const patterns = fc
  .tuple(
    fc.constantFrom("", "", "^", "(?x)", "(?i)", "(?xi)\n", "(?m)"),
    fc.array(piece.piece, { maxLength: 6 }),
  )
  .map(([start, pieces]) => start + pieces.join(""));

const LONG = Number(process.env.GATE_LONG_PATTERNS ?? 0);
const RUNS = Math.max(LONG, 6_000);

describeWithPython("patterns of the pre-commit framework", () => {
  const timeout = 60_000 + 5 * LONG;

  it("say of every name what Python says of it, or say that they cannot be read", { timeout }, () => {
    const asked = fc.sample(patterns, RUNS);
    const said = pythonSays(asked);
    const differing = asked.flatMap((pattern, index) => {
      const python = said[index];
      const gate = gateSays(pattern);
      if (python === null || python === undefined || gate === null) return [];
      const wrong = NAMES.filter((_name, which) => gate[which] !== null && gate[which] !== python[which]);
      return wrong.length === 0 ? [] : [{ pattern, wrong }];
    });
    expect(differing.slice(0, 5)).toEqual([]);
  });

  it("are read, but for what JavaScript does not have", () => {
    const asked = fc.sample(patterns, 2_000);
    const said = pythonSays(asked);
    const unread = asked.filter((pattern, index) => said[index] !== null && gateSays(pattern) === null);
    const excused = /\(\?[=!<].*\)[*+?{]|[$^]|\\[bBAZ]/s;
    expect(unread.filter((pattern) => !excused.test(pattern))).toEqual([]);
  });
});

describe("patterns that people write", () => {
  const verbose = "(?x)^(\n    docs/.*|   # the manual\n    test-reports/.*\n)$";
  it.each([
    ["^test-reports/", true],
    ["^docs/|^test-reports/", true],
    [verbose, true],
    ["(?i)^TEST-REPORTS/", true],
    [String.raw`.*\.(?P<end>log|txt)$`, true],
    [String.raw`\Atest-reports/.+\Z`, true],
    ["^(?!src/).*", true],
    ["^src/", false],
    ["^$", false],
    ["", true],
    [String.raw`\.py$`, false],
  ])("%s", (pattern, matches) => {
    const read = pythonPattern(pattern);
    if (!read.ok) throw new Error(read.error);
    const name = "test-reports/logs/test_hello/session.log";
    expect(read.value.alternatives.some((one) => one.test(name))).toBe(matches);
    expect(read.value.partial).toBe(false);
  });
});
