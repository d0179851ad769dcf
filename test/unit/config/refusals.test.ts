import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complaints, oneSuite, parse, refusals } from "./sample.ts";

describe("keys that are wrong", () => {
  it("names the nearest key, once, at its place", () => {
    const text = "version: 1\nsuites:\n  model-tests:\n    run: npm test\n    input: [src]\n";
    expect(complaints(text)).toEqual([
      '5:5 unknown key "input" in suite model-tests. Did you mean "inputs"?',
    ]);
  });

  it.each([
    ["suite: {}\nversion: 1\n", ['1:1 unknown key "suite". Did you mean "suites"?']],
    [oneSuite("    timout: 5m\n"), ['6:5 unknown key "timout" in suite model. Did you mean "timeout"?']],
    [oneSuite("    onstale: run\n"), ['6:5 unknown key "onstale" in suite model. Did you mean "on-stale"?']],
    [oneSuite("    colour: red\n"), ['6:5 unknown key "colour" in suite model.']],
    [
      oneSuite("    skips: [{ match: a, reson: b }]\n"),
      ['6:25 unknown key "reson" in suite model. Did you mean "reason"?'],
    ],
    [
      oneSuite("    normalise: { of: [uuids] }\n"),
      ['6:18 unknown key "of" in suite model. Did you mean "off"?'],
    ],
    [
      oneSuite("    normalise: { rules: [{ mach: a, replace: b }] }\n"),
      ['6:28 unknown key "mach" in suite model. Did you mean "match"?'],
    ],
    [
      `signing: { allowed-signer: keys }\n${oneSuite("")}`,
      ['1:12 unknown key "allowed-signer". Did you mean "allowed-signers"?'],
    ],
    [`waivers: { longst: 7d }\n${oneSuite("")}`, ['1:12 unknown key "longst". Did you mean "longest"?']],
    [
      `waivers: { max-active: 1 }\n${oneSuite("")}`,
      ['1:12 unknown key "max-active". Expected by, at-once, longest.'],
    ],
    [
      oneSuite('    skips: [{ match: "*", because: slow }]\n'),
      [
        '6:13 "reason" is missing in suite model.',
        '6:27 unknown key "because" in suite model. Expected match, reason.',
      ],
    ],
    [`polcy: protected\n${oneSuite("")}`, ['1:1 unknown key "polcy". Did you mean "policy"?']],
    [oneSuite("", "[src]\n    <<: { timeout: 5m }"), ['6:5 unknown key "<<" in suite model.']],
  ])("%j", (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it("says both where a missing key is not the misspelt one", () => {
    const text = "version: 1\nsuites:\n  model:\n    run: npm test\n    colour: red\n";
    expect(complaints(text)).toEqual([
      '4:5 "inputs" is missing in suite model.',
      '5:5 unknown key "colour" in suite model.',
    ]);
  });

  it.each([
    [oneSuite("    run: again\n"), "6:5 not valid YAML: Map keys must be unique."],
    [oneSuite("  model:\n    run: again\n"), "6:3 not valid YAML: Map keys must be unique."],
    [oneSuite("    env: { A: 1, A: 2 }\n"), "6:18 not valid YAML: Map keys must be unique."],
    [oneSuite("version: 1\n"), "6:1 not valid YAML: Map keys must be unique."],
  ])("refuses a key that is there twice: %j", (text, expected) => {
    expect(complaints(text)).toEqual([expected]);
  });

  it.each([
    ["  __proto__:\n    run: npm test\n    inputs: [src]\n", "6:3"],
    ["    __proto__: 1\n", "6:5"],
    ["    env: { __proto__: 1 }\n", "6:12"],
    ["__proto__: 1\n", "6:1"],
  ])("refuses __proto__, which would otherwise vanish: %j", (lines, place) => {
    expect(complaints(oneSuite(lines))).toEqual([`${place} the name "__proto__" cannot be used.`]);
  });

  it("takes other names of JavaScript's for what they are", () => {
    const parsed = parse(
      oneSuite("    env: { constructor: a, toString: b }\n").replace("model", "constructor"),
    );
    expect(parsed.ok && parsed.value.suites[0]).toMatchObject({
      name: "constructor",
      env: { constructor: "a", toString: "b" },
    });
  });
});

describe("values that are wrong", () => {
  it.each([
    ["version: 2", '1:10 "version": expected 1, found 2.'],
    ['version: "1"', '1:10 "version": expected 1, found "1".'],
  ])("%s", (line, expected) => {
    expect(complaints(oneSuite().replace("version: 1", line))).toEqual([expected]);
  });

  it.each([
    ["suites: {}", '2:9 "suites": expected at least one suite.'],
    ["suites:", '2:8 "suites": expected a map of names, found null.'],
    ["suites: [model]", '2:9 "suites": expected a map of names.'],
    ["suites:\n  model:", '3:9 "model": expected a map of keys, found null.'],
    [
      "suites:\n  Model_Tests: {run: a, inputs: [b]}",
      '3:3 "Model_Tests": expected a name of lower-case letters, digits and dashes.',
    ],
  ])("%j", (lines, expected) => {
    expect(complaints(`version: 1\n${lines}\n`)).toEqual([expected]);
  });

  it.each([
    [
      "gpu: requird",
      '"gpu" in suite model: expected required, optional, none, found "requird". Did you mean "required"?',
    ],
    ["gpu: [required]", '"gpu" in suite model: expected required, optional, none.'],
    [
      "timeout: 45",
      '"timeout" in suite model: expected a duration such as "90s", "45m", "1.5h" or "14d", found 45.',
    ],
    [
      "timeout: 45 min",
      '"timeout" in suite model: expected a duration such as "90s", "45m", "1.5h" or "14d", found "45 min".',
    ],
    ["timeout: 0s", '"timeout" in suite model: expected a time above zero, found "0s".'],
    [
      "max-report-size: 10",
      '"max-report-size" in suite model: expected a size such as "512KiB" or "10MiB", found 10.',
    ],
    ["logs: '*.log'", '"logs" in suite model: expected a list, found "*.log".'],
    [
      "logs: [../*.log]",
      'entry 1 of "logs" in suite model: expected a glob below the repository\'s top level, found "../*.log".',
    ],
    [
      "logs: [/var/log/*]",
      'entry 1 of "logs" in suite model: expected a glob below the repository\'s top level, found "/var/log/*".',
    ],
    ["logs: ['']", 'entry 1 of "logs" in suite model: expected a text that is not empty, found "".'],
    [
      "reports: .",
      '"reports" in suite model: expected a path below the repository\'s top level, without wildcards, found ".".',
    ],
    [
      "reports: ../out",
      '"reports" in suite model: expected a path below the repository\'s top level, without wildcards, found "../out".',
    ],
    [
      "reports: 'a*'",
      '"reports" in suite model: expected a path below the repository\'s top level, without wildcards, found "a*".',
    ],
    [
      "reports: .git/reports",
      '"reports" in suite model: expected a path below the repository\'s top level, without wildcards, found ".git/reports".',
    ],
    [
      "reports: ./.gate/x",
      '"reports" in suite model: expected a directory of its own, other than .gate/ and gate-exceptions/, found "./.gate/x".',
    ],
    ["env: [A]", '"env" in suite model: expected a map of names.'],
    ["env: { A: null }", '"A" in suite model: expected a text, a number, true or false, found null.'],
    ["env: { A: .nan }", '"A" in suite model: expected a text, a number, true or false, found NaN.'],
    ["env: { A: [1] }", '"A" in suite model: expected a text, a number, true or false.'],
    ["env: { 1A: x }", '"1A": expected a name of letters, digits and underscores.'],
    [
      "normalise: { rules: [{ match: '(', replace: b }] }",
      '"match" in suite model: expected a regular expression (Unterminated group), found "(".',
    ],
    [
      "secrets: redcat",
      '"secrets" in suite model: expected refuse, redact, off, found "redcat". Did you mean "redact"?',
    ],
    ["secrets: [redact]", '"secrets" in suite model: expected refuse, redact, off.'],
    [
      "secrets: { mode: of }",
      '"mode" in suite model: expected refuse, redact, off, found "of". Did you mean "off"?',
    ],
    ["secrets: { mod: off }", 'unknown key "mod" in suite model. Did you mean "mode"?'],
    ["secrets: { allow: [{ match: a }] }", '"reason" is missing in suite model.'],
    [
      "secrets: { allow: [{ match: a, reason: b, rules: aws }] }",
      'unknown key "rules" in suite model. Did you mean "rule"?',
    ],
    [
      "secrets: { allow: [{ match: /(/, reason: b }] }",
      '"match" in suite model: expected a regular expression (Unterminated group), found "/(/".',
    ],
  ])("%s", (line, expected) => {
    expect(refusals(oneSuite(`    ${line}\n`)).map(({ message, line: at }) => [at, message])).toEqual([
      [6, expected],
    ]);
  });

  it.each([
    ["1.10", "1.1"],
    ["010", "10"],
    ["0x10", "16"],
    ["1e3", "1000"],
    ["12345678901234567890", "12345678901234567000"],
    ["-0", "0"],
    ["True", "true"],
  ])("refuses to rewrite the variable %s as %s", (written, read) => {
    expect(complaints(oneSuite(`    env: { A: ${written} }\n`))).toEqual([
      `6:15 "A" in suite model: YAML reads ${written} as ${read}. Write "${written}".`,
    ]);
    const quoted = parse(oneSuite(`    env: { A: "${written}" }\n`));
    expect(quoted.ok && quoted.value.suites[0]?.env).toEqual({ A: written });
  });
});

describe("inputs that are wrong", () => {
  it.each([
    ["src", '5:13 "inputs" in suite model: expected a list, found "src".'],
    ["[]", '5:13 "inputs" in suite model: expected at least one pattern.'],
    [
      "['!docs', '!src']",
      '5:13 "inputs" in suite model: expected a pattern that includes something; all of these exclude.',
    ],
    ["[5]", '5:14 entry 1 of "inputs" in suite model: expected a text, found 5.'],
    ["['']", '5:14 entry 1 of "inputs" in suite model: pattern "" is empty.'],
    ["[a, '!']", '5:17 entry 2 of "inputs" in suite model: pattern "!" is empty.'],
    [
      "[':(attr:model)src']",
      '5:14 entry 1 of "inputs" in suite model: pattern ":(attr:model)src" starts with a colon; git\'s pathspec magic is not available here.',
    ],
    [
      "[':!src']",
      '5:14 entry 1 of "inputs" in suite model: pattern ":!src" starts with a colon; git\'s pathspec magic is not available here.',
    ],
    [
      "['a\\b']",
      '5:14 entry 1 of "inputs" in suite model: pattern "a\\b" holds a backslash; use / between folders, and [*] for a literal *.',
    ],
    [
      "[/src]",
      '5:14 entry 1 of "inputs" in suite model: pattern "/src" starts with a slash; inputs are relative to the repository\'s top level.',
    ],
    [
      "[src/../x]",
      '5:14 entry 1 of "inputs" in suite model: pattern "src/../x" leaves the repository; inputs are paths below its top level.',
    ],
    ['["a\\nb"]', '5:14 entry 1 of "inputs" in suite model: pattern "a\nb" holds a line break or a NUL.'],
    [
      '["**/a/**/b/**/c/**/d/**"]',
      '5:14 entry 1 of "inputs" in suite model: pattern "**/a/**/b/**/c/**/d/**" has 5 times **; git would look for ever, so at most 4 are taken.',
    ],
    [
      `["${"x".repeat(140_000)}"]`,
      `5:14 entry 1 of "inputs" in suite model: pattern "${"x".repeat(200)}…" has 140000 characters; no path is that long.`,
    ],
  ])("%.80s", (inputs, expected) => {
    expect(complaints(oneSuite("", inputs))).toEqual([expected]);
  });

  it.each([
    [
      "[src, !**/*.md]",
      '5:19 !**/*.md is not in quotes, and YAML takes a word that starts with ! for a tag. Write "!**/*.md".',
    ],
    [
      "\n      - src\n      - !**/*.md",
      '7:9 !**/*.md is not in quotes, and YAML takes a word that starts with ! for a tag. Write "!**/*.md".',
    ],
    [
      "[**/*.py]",
      '5:14 **/*.py is not in quotes, and YAML takes a word that starts with * for an alias. Write "**/*.py".',
    ],
    [
      "\n      - *.py",
      '6:9 *.py is not in quotes, and YAML takes a word that starts with * for an alias. Write "*.py".',
    ],
  ])("says that a pattern needs quotes: %j", (inputs, expected) => {
    expect(complaints(oneSuite("", inputs))).toEqual([expected]);
  });
});

describe("a key", () => {
  const plain = "version: 1\n&p policy: protected\n";

  it.each([
    ["an alias", `${plain}*p : open\n`, "3:1 a key has to be plain text."],
    ["an alias of a name that is dropped", "a: &p __proto__\n*p : 1\n", "2:1 a key has to be plain text."],
    ["a list", "[a]: 1\n", "1:1 a key has to be plain text."],
    ["a merge", "a: &d {b: 1}\nc: {!!merge <<: *d}\n", "2:13 a key has to be plain text."],
    [
      "of other rules",
      "%YAML 1.1\n---\nversion: 1\n",
      "1:1 a %YAML directive can change what the rest of the file means; take it out.",
    ],
  ])("that is %s is refused", (_, text, expected) => {
    expect(complaints(text)).toContain(expected);
  });
});

describe("a file that is no configuration", () => {
  it.each([
    ["", "1:1 empty; it needs version: 1 and suites."],
    [" \n\n", "1:1 empty; it needs version: 1 and suites."],
    ["# nothing yet\n", "1:1 the file: expected a map of keys."],
    ["hello", '1:1 the file: expected a map of keys, found "hello".'],
    ["- version: 1\n", "1:1 the file: expected a map of keys."],
    [
      `${oneSuite()}---\n${oneSuite()}`,
      "6:1 holds more than one YAML document; everything from this line on is extra.",
    ],
    [
      oneSuite("<<<<<<< HEAD\n    timeout: 5m\n=======\n    timeout: 6m\n>>>>>>> side\n"),
      "6:1 a merge left its conflict markers here; resolve them, then git add gate.yaml.",
    ],
    ["version: 1\nsuites:\n\tmodel: {}\n", "3:1 not valid YAML: Tabs are not allowed as indentation."],
  ])("%j", (text, expected) => {
    expect(complaints(text)).toEqual([expected]);
  });

  it("refuses bytes that are no UTF-8", () => {
    const latin1 = Buffer.from(oneSuite("    env: { NAME: Zo\u00eb }\n"), "latin1");
    const utf16 = Buffer.from(`\uFEFF${oneSuite()}`, "utf16le");
    const expected = ["1:1 not UTF-8 text; save the file as UTF-8."];
    expect([complaints(latin1), complaints(utf16)]).toEqual([expected, expected]);
  });

  it("refuses 10 MB without parsing them", () => {
    expect(complaints(Buffer.alloc(10_000_000, "a"))).toEqual([
      "1:1 larger than 1 MiB (10000000 bytes); this is no configuration.",
    ]);
  });

  it("refuses aliases that multiply", () => {
    const levels = ["b", "c", "d", "e", "f"].map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcde"[index]}`).join(", ")}]`,
    );
    expect(complaints(`a: &a [x, x, x, x, x, x, x, x, x]\n${levels.join("\n")}\n`)).toEqual([
      "1:1 its aliases stand for more than 100 repetitions; write them out.",
    ]);
  });

  it("refuses nesting that exhausts the stack", () => {
    const [complaint, ...others] = refusals("[".repeat(200_000));
    expect(complaint?.message).toMatch(/^not valid YAML/);
    expect(others).toEqual([]);
  });

  it.each([
    ['    env: { A: "\\ud800" }\n', "6:15"],
    ['    env: { "\\udfff": a }\n', "6:12"],
    ['    skips: [{ match: "a\\ud800b", reason: c }]\n', "6:22"],
  ])("refuses half of a surrogate pair: %j", (lines, place) => {
    expect(complaints(oneSuite(lines))).toEqual([
      `${place} a text cannot hold half of a surrogate pair (\\ud800 to \\udfff).`,
    ]);
  });

  it("takes a whole surrogate pair", () => {
    const parsed = parse(oneSuite('    env: { A: "\\ud83d\\ude00" }\n'));
    expect(parsed.ok && parsed.value.suites[0]?.env).toEqual({ A: "\u{1F600}" });
  });

  it("refuses a NUL, which no command line can hold", () => {
    expect(complaints(oneSuite('    env: { A: "a\\0b" }\n'))).toEqual([
      "6:15 a text cannot hold a NUL (\\0).",
    ]);
  });

  it("answers for any bytes, with positions, and never throws", () => {
    const pieces = [
      "version: 1\n",
      "suites:\n",
      "  m:\n",
      "    run: a\n",
      "    inputs: ",
      "[src]\n",
      "- ",
      "{",
      "}",
      "[",
      "]",
      ": ",
      "*a",
      "&a ",
      "!t ",
      '"',
      "'",
      "\\u",
      "|\n",
      "# ",
      "\t",
      "\u0000",
      "%YAML 1.1\n",
      "---\n",
      "__proto__: ",
      "? ",
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 4 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          text.map((parts) => Buffer.from(parts.join(""))),
          fc.uint8Array({ maxLength: 60 }),
        ),
        (bytes) => {
          for (const { code, path, line, column } of refusals(bytes)) {
            expect(["config-invalid", "reports-overlap"]).toContain(code);
            expect(path).toBe("gate.yaml");
            expect(Math.min(line ?? 0, column ?? 0)).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("reports directories", () => {
  const two = (first: string, second: string) =>
    oneSuite(
      `    reports: ${first}\n  other:\n    run: npm test\n    inputs: [src]\n    reports: ${second}\n`,
    );

  it.each([
    ["reports", "reports", "reports"],
    ["reports", "reports/other", "reports"],
    ["./reports/model/", "reports", "reports"],
    ["Reports", "reports/x", "Reports"],
    ["caf\u00e9", "cafe\u0301", "caf\u00e9"],
  ])("refuses %s beside %s", (first, second, shared) => {
    expect(refusals(two(first, second))).toMatchObject([
      {
        code: "reports-overlap",
        line: 10,
        suite: "other",
        message: `suites model and other share the reports directory ${shared}; each needs its own.`,
        hint: `Give other another one:  reports: ${shared}-other`,
      },
    ]);
  });

  it("points at the suite where the directory is the default", () => {
    expect(complaints(oneSuite("  other:\n    run: npm test\n    inputs: [src]\n"))).toEqual([
      "7:5 suites model and other share the reports directory test-reports; each needs its own.",
    ]);
  });

  it.each([
    ["reports", "reports-other"],
    ["reports/a", "reports/b"],
  ])("takes %s beside %s", (first, second) => {
    expect(parse(two(first, second)).ok).toBe(true);
  });

  it.each([
    ["pins: [a.pin, Test-Reports/weights.pin]", "6:19", "the pin Test-Reports/weights.pin"],
    ["results: test-reports/junit.xml", "6:14", "the results file test-reports/junit.xml"],
  ])("refuses other files among reports: %s", (line, place, what) => {
    expect(complaints(oneSuite(`    ${line}\n`))).toEqual([
      `${place} ${what} lies in the reports directory test-reports, which is outside the inputs and gate's to write.`,
    ]);
  });
});
