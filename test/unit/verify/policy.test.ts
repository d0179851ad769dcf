import { describe, expect, it } from "vitest";
import type { Configuration } from "../../../src/config/configuration.ts";
import { parseConfiguration } from "../../../src/config/parse.ts";
import { weakenings } from "../../../src/verify/policy.ts";

interface Written {
  readonly top?: string;
  readonly suite?: string;
  readonly name?: string;
}

function configuration({ top = "", suite = "", name = "model-tests" }: Written = {}): Configuration {
  const lines = suite.split("\n").map((line) => (line === "" ? "" : `    ${line}\n`));
  const text = `version: 1\n${top}\nsuites:\n  ${name}:\n    run: npm test\n    inputs: [src]\n${lines.join("")}`;
  const parsed = parseConfiguration(Buffer.from(text));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const messages = (base: Written, head: Written) =>
  weakenings(configuration(base), configuration(head)).map(({ message }) => message);

const SIGNING = "signing: {allowed-signers: keys, revoked-keys: revoked}";
const SKIP = 'skips: [{match: "tests/*", reason: slow}]';
const RED = 'expected-failures: [{match: "tests/red*", reason: later, until: 2026-03-01}]';
const LATER = RED.replace("2026-03-01", "2026-04-01");
const ENDLESS = RED.replace(", until: 2026-03-01", "");
const ALLOWED = 'secrets: {allow: [{match: "AKIA*", rule: aws, reason: fake}]}';
const RULE = 'normalise: {rules: [{match: "a+", replace: "<a>"}]}';

/** From the strict side to the relaxed one, and what has to be said of it. */
const RELAXED: readonly [string, Written, Written, RegExp][] = [
  ["policy", { top: "policy: protected" }, {}, /policy: protected is gone/],
  ["signing taken away", { top: SIGNING }, {}, /signing is gone/],
  [
    "signing not required",
    { top: "signing: {allowed-signers: keys}" },
    { top: "signing: {allowed-signers: keys, required: false}" },
    /not required any more/,
  ],
  [
    "other signers",
    { top: "signing: {allowed-signers: keys}" },
    { top: "signing: {allowed-signers: mine}" },
    /read from mine, no longer from keys/,
  ],
  [
    "revoked keys unread",
    { top: SIGNING },
    { top: "signing: {allowed-signers: keys}" },
    /from nowhere, no longer from revoked/,
  ],
  ["another waiver", { top: "waivers: {by: [ann]}" }, { top: "waivers: {by: [ann, bob]}" }, /^bob may waive/],
  ["anyone waives", { top: "waivers: {by: [ann]}" }, {}, /anyone may waive/],
  ["more waivers", {}, { top: "waivers: {at-once: 4}" }, /4 waivers may be in force at once, 3 until now/],
  ["longer waivers", {}, { top: "waivers: {longest: 30d}" }, /may last 30 days, 14 days until now/],
  ["a suite gone", {}, { name: "others", suite: "env: {A: b}" }, /the suite model-tests is gone/],
  ["a suite renamed", {}, { name: "others" }, /model-tests is called others now/],
  ["no GPU", { suite: "gpu: required" }, { suite: "gpu: optional" }, /gpu: optional accepts/],
  ["flaky", {}, { suite: "flaky: accept" }, /passed on retry/],
  ["leaks", { suite: "leaks: error" }, {}, /leaks: warn/],
  ["undeclared inputs", { suite: "undeclared-inputs: error" }, {}, /undeclared-inputs: warn accepts/],
  ["tests of nothing", { suite: "pattern-tests: error" }, {}, /pattern-tests: allow accepts/],
  ["no more observing", {}, { suite: "observe: false" }, /observe: false accepts/],
  ["a pin gone", { suite: "pins: [models.pin]" }, {}, /models\.pin pins nothing any more/],
  ["a skip", {}, { suite: SKIP }, /"tests\/\*" may be skipped now \(slow\)/],
  [
    "a wider skip",
    { suite: SKIP },
    { suite: 'skips: [{match: "*", reason: slow}]' },
    /"\*" may be skipped now/,
  ],
  ["an expected failure", {}, { suite: RED }, /"tests\/red\*" may fail now \(later\)/],
  [
    "a wider expected failure",
    { suite: RED },
    { suite: RED.replace("tests/red*", "*") },
    /"\*" may fail now/,
  ],
  ["an end put off", { suite: RED }, { suite: LATER }, /may fail until 2026-04-01, until 2026-03-01 so far/],
  [
    "an end taken away",
    { suite: RED },
    { suite: ENDLESS },
    /may fail without an end, until 2026-03-01 so far/,
  ],
  [
    "an expected failure of a file as a whole, which a wildcard is not about",
    { suite: 'expected-failures: [{match: "tests/*", reason: later}]' },
    {
      suite:
        'expected-failures: [{match: "tests/*", reason: later}, {match: tests/test_a.py, reason: later}]',
    },
    /"tests\/test_a\.py" may fail now/,
  ],
  ["a rule", {}, { suite: RULE }, /writes "<a>" over what matches \/a\+\//],
  [
    "secrets redacted",
    {},
    { suite: "secrets: redact" },
    /secrets: redact records a run .*, refuse until now/,
  ],
  ["secrets not looked for", {}, { suite: "secrets: off" }, /secrets: off publishes .*, refuse until now/],
  [
    "no more redaction",
    { suite: "secrets: redact" },
    { suite: "secrets: off" },
    /off publishes .*, redact until/,
  ],
  [
    "an allowed secret",
    {},
    { suite: ALLOWED },
    /^secrets of aws that match "AKIA\*" may be published now \(fake\)/,
  ],
  [
    "a wider allowed secret",
    { suite: ALLOWED },
    { suite: ALLOWED.replace("AKIA*", "*") },
    /that match "\*" may be published now/,
  ],
  [
    "an allowed secret of any rule",
    { suite: ALLOWED },
    { suite: ALLOWED.replace("rule: aws, ", "") },
    /^secrets that match "AKIA\*" may be/,
  ],
  [
    "another expression",
    { suite: ALLOWED.replace("AKIA*", "/^AKIA/") },
    { suite: ALLOWED.replace("AKIA*", "/^A/") },
    /that match \/\^A\/ may be published now/,
  ],
  ["a built-in rule", { suite: "normalise: {off: [uuids]}" }, {}, /the rule uuids takes text out/],
];

describe("a change of gate.yaml that relaxes the gate", () => {
  it.each(RELAXED)("%s is said once, and not the other way round", (_, strict, relaxed, sentence) => {
    const said = messages(strict, relaxed);
    expect(said).toEqual([expect.stringMatching(sentence)]);
    expect(messages(relaxed, strict).filter((one) => sentence.test(one))).toEqual([]);
  });

  it.each<[string, Written, Written, RegExp]>([
    [
      "another file",
      { suite: "results: a.xml" },
      { suite: "results: b.xml" },
      /from b\.xml now, .* from a\.xml/,
    ],
    ["events", { suite: "results: a.xml" }, {}, /from the runner's events now/],
  ])("says that the results are read from %s", (_, before, after, sentence) => {
    expect(messages(before, after)).toEqual([expect.stringMatching(sentence)]);
    expect(messages(after, before)).toHaveLength(1);
  });

  it.each(RELAXED)("%s is nothing where both sides have it", (_, strict, relaxed) => {
    expect(messages(strict, strict)).toEqual([]);
    expect(messages(relaxed, relaxed)).toEqual([]);
  });
});

describe("a change of gate.yaml that relaxes nothing", () => {
  it.each<[string, Written, Written]>([
    ["a key that changes no judgement", {}, { suite: "timeout: 2h\non-stale: block\nmax-report-size: 1MiB" }],
    ["reports elsewhere", {}, { suite: "reports: evidence" }],
    [
      "a skip that a declared one covers",
      { suite: SKIP },
      { suite: 'skips: [{match: "tests/a*", reason: slow}]' },
    ],
    [
      "an expected failure that another one covers",
      { suite: RED },
      { suite: RED.replace("red*", "red_a*").replace("2026-03-01", "2026-02-01") },
    ],
    [
      "an allowed secret that another one covers",
      { suite: ALLOWED },
      { suite: ALLOWED.replace("AKIA*", "AKIAB*") },
    ],
    [
      "secrets redacted, where nobody looked",
      { suite: "secrets: off" },
      { suite: ALLOWED.replace("{allow", "{mode: redact, allow") },
    ],
    ["another reason of a skip", { suite: SKIP }, { suite: 'skips: [{match: "tests/*", reason: slower}]' }],
    [
      "a default written out",
      {},
      { top: "policy: open\nwaivers: {at-once: 3, longest: 336h}", suite: "gpu: none" },
    ],
    ["signing brought in", {}, { top: SIGNING }],
    ["names of those who waive, where anyone did", {}, { top: "waivers: {by: [ann]}" }],
  ])("%s", (_, base, head) => {
    expect(messages(base, head)).toEqual([]);
  });
});
