import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SecretSettings } from "../../src/config/configuration.ts";
import { parseManifest } from "../../src/reports/manifest.ts";
import { ReportsWorkshop } from "../rig/reports-workshop.ts";
import { NOWHERE, testResult } from "../rig/sample-test.ts";
import { awsKeyId, databaseUrl, fakeSecrets, githubToken, letters, privateKey } from "../rig/secrets.ts";

let workshop: ReportsWorkshop;

beforeEach(() => {
  workshop = new ReportsWorkshop();
});

afterEach(() => {
  workshop.remove();
});

const REDACT: SecretSettings = { mode: "redact", allow: [] };
const REFUSE: SecretSettings = { mode: "refuse", allow: [] };
const TOKEN = githubToken();

/** With the token wherever a test can put a text. */
function leakyTest() {
  return testResult({
    id: `tests/t.py::test_x[${TOKEN}]`,
    name: `test_x[${TOKEN}]`,
    outcome: "xfailed",
    message: `${"x".repeat(80)} ${TOKEN}\nmore ${TOKEN}`,
    properties: { tier: `tier ${TOKEN}`, deep: { list: [TOKEN], [`key ${TOKEN}`]: 1 } },
    turns: [
      { kind: "prompt", text: `Say ${TOKEN}`, tier: `tier ${TOKEN}` },
      { kind: "thinking", text: `${"x".repeat(1980)} ${TOKEN}` },
      {
        kind: "tool-call",
        tool: `fetch ${TOKEN}`,
        arguments: { token: TOKEN, nested: JSON.stringify({ TOKEN }) },
      },
      { kind: "tool-result", tool: `fetch ${TOKEN}`, result: [TOKEN] },
      { kind: "response", text: `It is ${TOKEN}.` },
    ],
    logs: [
      workshop.log("session.log", `one\n\x1b[1m${TOKEN.slice(0, 9)}\x1b[0m${TOKEN.slice(9)}\r\nthree\n`),
      workshop.log(`${TOKEN}.log`, "ready\n", "named.log"),
      workshop.log(
        "trace.jsonl",
        `${JSON.stringify({ a: TOKEN, b: 1 })}\n{"c":"\\u0067${TOKEN.slice(1)}"}\n`,
      ),
    ],
  });
}

describe("redacted reports", () => {
  it("hold a secret nowhere, neither in a text nor in a path", async () => {
    const built = await workshop.build([leakyTest(), testResult()], {
      secrets: REDACT,
      logs: [workshop.log("suite.log", TOKEN)],
      recordedBy: `Ann ${TOKEN}`,
      inputs: { files: 1, ignored: [`src/${TOKEN}`] },
    });
    const all = [...workshop.texts(built)].flat().join("\n");
    expect(all).not.toContain(TOKEN.slice(4, 14));
    expect(all).not.toContain(TOKEN.slice(-10));
    const stored = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], {
      cwd: workshop.directory,
    });
    expect(stored.includes(TOKEN.slice(4))).toBe(false);
  });

  it("are told with file and line", async () => {
    const built = await workshop.build([leakyTest()], { secrets: REDACT });
    const texts = workshop.texts(built);
    const told = built.warnings.filter(({ code }) => code === "secret-redacted");
    expect(told.length).toBeGreaterThan(10);
    for (const { path, line, message, severity } of told) {
      expect([severity, message]).toEqual([
        "warning",
        expect.stringMatching(/^ghp_\*{16} was redacted \(github\)/),
      ]);
      if (line === null) continue;
      const lines = texts.get(path?.replace("test-reports/", "") ?? "")?.split("\n") ?? [];
      expect(lines[line - 1]).toContain("redacted: github");
    }
    const [log] = told.filter(({ path }) => path?.endsWith("session.log"));
    expect(log?.line).toBe(2);
  });

  it("agree with each other", async () => {
    const built = await workshop.build([leakyTest(), testResult()], {
      secrets: REDACT,
      recordedBy: `Ann ${TOKEN}`,
      reads: {
        files: ["src/a.py"],
        sets: ["0"],
        setOf: new Map([[leakyTest().id, 0]]),
      },
    });
    const texts = workshop.texts(built);
    const manifest = parseManifest(Buffer.from(texts.get("model-tests.json") ?? ""));
    expect(manifest).toEqual({ ok: true, value: built.manifest });
    const id = "tests/t.py::test_x[[redacted: github]]";
    expect(built.manifest.tests.get(id)).toMatchObject({ outcome: "xfailed", reads: 0 });
    const metadata = [...texts].flatMap(([path, text]) =>
      path.endsWith("metadata.json") ? [JSON.parse(text) as unknown] : [],
    );
    expect(metadata).toContainEqual(
      expect.objectContaining({ nodeid: id, prompt: "Say [redacted: github]" }),
    );
    expect(built.manifest.recordedBy.name).toBe("Ann [redacted: github]");
  });

  it("keep tests apart that only a secret told apart, in any order", async () => {
    const tests = [githubToken(1), githubToken(2), githubToken(3)].map((token) =>
      testResult({ id: `t::a[${token}]`, name: `a[${token}]`, message: token.slice(-4), outcome: "skipped" }),
    );
    const one = await workshop.build(tests, { secrets: REDACT });
    const other = await workshop.build(tests.toReversed(), { secrets: REDACT });
    expect([...one.manifest.tests.keys()].toSorted()).toEqual([
      "t::a[[redacted: github]]",
      "t::a[[redacted: github]] (2)",
      "t::a[[redacted: github]] (3)",
    ]);
    expect(new Map(workshop.texts(other))).toEqual(new Map(workshop.texts(one)));
  });

  it("keep names in the manifest in their order, and apart", async () => {
    const [one, other] = [githubToken(1), githubToken(2)].toSorted();
    const environment = {
      language: "CPython 3.11.7",
      distributions: new Map([
        ["alpha", "1"],
        [`${other}`, "3"],
        [`${one}`, "2"],
        ["[redacted: github] (3)", "kept"],
        [`${TOKEN}-x`, `v ${TOKEN}`],
      ]),
      accelerators: new Map([
        ["cuda", "12"],
        [TOKEN, "4"],
      ]),
    };
    const built = await workshop.build([testResult()], { secrets: REDACT, environment });
    const text = workshop.texts(built).get("model-tests.json") ?? "";
    expect(parseManifest(Buffer.from(text))).toEqual({ ok: true, value: built.manifest });
    expect(built.manifest.environment).toEqual({
      language: "CPython 3.11.7",
      distributions: new Map([
        ["[redacted: github]", "2"],
        ["[redacted: github] (2)", "3"],
        ["[redacted: github] (3)", "kept"],
        ["[redacted: github]-x", "v [redacted: github]"],
        ["alpha", "1"],
      ]),
      accelerators: new Map([
        ["[redacted: github]", "4"],
        ["cuda", "12"],
      ]),
    });
    const told = built.warnings.filter(({ code }) => code === "secret-redacted");
    expect(told.length).toBeGreaterThan(3);
    for (const { line } of told) expect(text.split("\n")[(line ?? 0) - 1]).toContain("redacted: github");
  });

  it("hide every kind in a name too", async () => {
    const names = fakeSecrets().map(({ text }, index) => [`${text} ${index}`, "1"] as const);
    const built = await workshop.build([testResult({ properties: Object.fromEntries(names) })], {
      secrets: REDACT,
      environment: { language: "x", distributions: new Map(names), accelerators: new Map() },
    });
    const texts = workshop.texts(built);
    for (const { secret } of fakeSecrets())
      for (const text of texts.values()) expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(built.manifest.environment?.distributions.size).toBe(names.length);
    expect(parseManifest(Buffer.from(texts.get("model-tests.json") ?? ""))).toEqual({
      ok: true,
      value: built.manifest,
    });
  });

  it("refuse a secret in a name of the manifest, where the suite refuses", async () => {
    const environment = {
      language: "x",
      distributions: new Map([[TOKEN, "1"]]),
      accelerators: new Map<string, string>(),
    };
    const built = await workshop.attempt([testResult()], { secrets: REFUSE, environment });
    expect(built.ok ? [] : built.error).toMatchObject([
      { code: "secret-found", path: "test-reports/model-tests.json" },
    ]);
  });

  it("keep apart properties that only a secret told apart, at every depth", async () => {
    const [one, other] = [githubToken(1), githubToken(2)].map((token) => `key ${token}`).toSorted();
    const deep = { [`${other}`]: 3, [`${one}`]: 2 };
    const properties = { [`${other}`]: [deep], [`${one}`]: 1, a: 5 };
    const built = await workshop.build([testResult({ properties })], { secrets: REDACT });
    const text = workshop.texts(built).get("logs/test_hello/metadata.json") ?? "";
    expect(text.slice(text.indexOf('"properties"'))).toBe(`"properties": {
    "a": 5,
    "key [redacted: github]": 1,
    "key [redacted: github] (2)": [
      {
        "key [redacted: github]": 2,
        "key [redacted: github] (2)": 3
      }
    ]
  }
}
`);
  });

  it("are the same bytes a second time, also the metadata of what did not change", async () => {
    const later = { started: new Date("2026-03-01T10:00:00Z"), ended: new Date("2026-03-01T10:01:00Z") };
    const first = await workshop.build([leakyTest()], { secrets: REDACT });
    const again = await workshop.build([{ ...leakyTest(), startedAt: "2026-03-01T10:00:01Z", duration: 9 }], {
      secrets: REDACT,
      run: later,
      previous: workshop.previous(first),
    });
    const before = workshop.texts(first);
    const changed = [...workshop.texts(again)].flatMap(([path, text]) =>
      before.get(path) === text ? [] : [path],
    );
    expect(changed).toEqual(["model-tests.json"]);
  });

  it("leave no part of what was cut short", async () => {
    const built = await workshop.build(
      [
        testResult({
          outcome: "skipped",
          message: `${"x".repeat(70)} ${TOKEN}`,
          turns: [{ kind: "response", text: `${"x".repeat(1970)} ${privateKey()}` }],
        }),
      ],
      { secrets: REDACT },
    );
    const texts = workshop.texts(built);
    expect(texts.get("model-tests-latest.txt")).not.toContain("ghp_");
    expect(texts.get("test_hello.puml")).not.toContain("BEGIN");
  });

  it("hide a password although the host beside it is normalised", async () => {
    const password = letters(12);
    const url = `https:${"//"}deploy:${password}@gpu-box-1.internal.io/x`;
    const built = await workshop.build([testResult({ logs: [workshop.log("a.log", `GET ${url}\n`)] })], {
      secrets: REDACT,
      places: { ...NOWHERE, host: "gpu-box-1.internal.io" },
    });
    expect(workshop.texts(built).get("logs/test_hello/a.log")).toBe("GET [redacted: basicauth]/x\n");
  });

  it("hide the private key of a cloud account in its JSON, which stays JSON", async () => {
    const account = {
      type: "service_account",
      private_key_id: "1",
      private_key: `${privateKey()}\n`,
      client: "c",
    };
    const log = workshop.log("account.json", JSON.stringify(account, null, 2));
    const built = await workshop.build([testResult({ logs: [log] })], { secrets: REDACT });
    const text = workshop.texts(built).get("logs/test_hello/account.json") ?? "";
    expect(JSON.parse(text)).toEqual({ ...account, private_key: "[redacted: privatekey]\n" });
  });

  it("hide every kind", async () => {
    const samples = fakeSecrets();
    const text = samples.map((sample, index) => `${index}: ${sample.text}\n`).join("");
    const built = await workshop.build([testResult({ logs: [workshop.log("all.log", text)] })], {
      secrets: REDACT,
    });
    const log = workshop.texts(built).get("logs/test_hello/all.log") ?? "";
    for (const { secret } of samples) expect(log).not.toContain(secret);
    expect(log.split("\n").length).toBe(text.split("\n").length);
  });

  it("hide a secret in a log of many megabytes, with its line", async () => {
    const line = `${letters(60)} ready\n`;
    const before = Math.ceil((3 << 20) / line.length);
    const log = workshop.log("large.log", `${line.repeat(before)}key ${TOKEN}\n${line.repeat(before)}`);
    const built = await workshop.build([testResult({ logs: [log] })], {
      secrets: REDACT,
      maxReportBytes: 1 << 25,
    });
    expect(workshop.texts(built).get("logs/test_hello/large.log")).toBe(
      `${line.repeat(before)}key [redacted: github]\n${line.repeat(before)}`,
    );
    expect(built.warnings).toMatchObject([
      { path: "test-reports/logs/test_hello/large.log", line: before + 1 },
    ]);
  });
});

describe("refused reports", () => {
  it("are named with file, line, rule and what to do next", async () => {
    const built = await workshop.attempt(
      [
        testResult({
          logs: [workshop.log("a.log", `one\n${awsKeyId()}\n`), workshop.log("b.log", databaseUrl())],
        }),
      ],
      { secrets: REFUSE },
    );
    const problems = built.ok ? [] : built.error;
    expect(problems.map(({ code, path, line, message }) => [code, path, line, message])).toEqual([
      [
        "secret-found",
        "test-reports/logs/test_hello/a.log",
        2,
        "AKIA**************** looks like a secret (aws)",
      ],
      [
        "secret-found",
        "test-reports/logs/test_hello/b.log",
        1,
        "postgres://**************** looks like a secret (database-connection-string)",
      ],
    ]);
    expect(problems[0]?.hint).toMatch(
      /secrets: redact .*secrets\.allow.*gate run --from RUN_20260213_142722$/,
    );
  });

  it("leave no secret in git's objects", async () => {
    await workshop.attempt([leakyTest()], { secrets: REFUSE });
    const stored = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], {
      cwd: workshop.directory,
    });
    expect(stored.includes(TOKEN.slice(4))).toBe(false);
  });

  it("are not refused for what a rule of the suite takes out", async () => {
    const normalise = { off: [], rules: [{ match: "ghp_\\w+", replace: "<token>" }] };
    const built = await workshop.build(
      [
        testResult({
          outcome: "skipped",
          message: TOKEN,
          turns: [{ kind: "response", text: TOKEN }],
          logs: [workshop.log("a.log", TOKEN)],
        }),
      ],
      { secrets: REFUSE, normalise },
    );
    expect(workshop.texts(built).get("logs/test_hello/a.log")).toBe("<token>");
  });

  it("are refused for the name of a log", async () => {
    const built = await workshop.attempt(
      [testResult({ logs: [workshop.log(`${TOKEN}.log`, "x", "x.log")] })],
      {
        secrets: REFUSE,
      },
    );
    expect(built.ok ? [] : built.error.map(({ message }) => message)).toEqual([
      "ghp_**************** looks like a secret (github), in the name of a log",
    ]);
  });

  it("are counted where they are very many", async () => {
    const many = Array.from({ length: 1200 }, (_, index) => githubToken(index + 1)).join("\n");
    const built = await workshop.attempt([testResult({ logs: [workshop.log("a.log", many)] })], {
      secrets: REFUSE,
    });
    expect(built.ok ? null : built.error.at(-1)?.message).toBe("and 200 more");
  });
});

describe("allowed secrets", () => {
  const allow = (match: string, rule: "aws" | "github" | null = null) =>
    ({ mode: "refuse", allow: [{ match, rule, reason: "a fixture", line: 9 }] }) as const;

  it.each([TOKEN, `${TOKEN.slice(0, 8)}*`, `/^${TOKEN.slice(0, 12)}/`])(
    "are published as they are (%#)",
    async (match) => {
      const built = await workshop.build([testResult({ logs: [workshop.log("a.log", TOKEN)] })], {
        secrets: allow(match),
      });
      expect(workshop.texts(built).get("logs/test_hello/a.log")).toBe(TOKEN);
      expect(built.warnings).toEqual([]);
    },
  );

  it("are those of their rule alone", async () => {
    const built = await workshop.attempt([testResult({ logs: [workshop.log("a.log", TOKEN)] })], {
      secrets: allow("*", "aws"),
    });
    expect(built.ok ? [] : built.error.map(({ code }) => code)).toEqual(["secret-found"]);
  });

  it("that are not there any more are a warning at their line", async () => {
    const built = await workshop.build([testResult()], { secrets: allow("AKIA*") });
    expect(built.warnings).toMatchObject([
      { code: "pattern-matches-nothing", severity: "warning", path: "gate.yaml", line: 9 },
    ]);
  });
});

describe("secrets: off", () => {
  it("publishes what there is", async () => {
    const built = await workshop.build([testResult({ logs: [workshop.log("a.log", TOKEN)] })], {
      secrets: { mode: "off", allow: [] },
    });
    expect(workshop.texts(built).get("logs/test_hello/a.log")).toBe(TOKEN);
  });
});
