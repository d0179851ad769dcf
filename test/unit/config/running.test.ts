import { describe, expect, it } from "vitest";
import { complaints, oneSuite, parse, suiteOf } from "./sample.ts";

const withService = (lines: string) => oneSuite(`    services:\n      llm: ${lines}\n`);
const PORT = '"port" in suite model: expected a port, a number from 1 to 65535';

describe("services", () => {
  it.each([
    ["{ run: a }", { by: "start" }],
    ["{ run: a, port: 80 }", { by: "tcp" }],
    ["{ run: a, port: 80, ready: start }", { by: "start" }],
    ["{ run: a, port: 80, ready: { http: /health } }", { by: "http", path: "/health" }],
    ["{ run: a, ready: { log: ^ready } }", { by: "log", match: "^ready" }],
  ])("are ready as they say, or as can be seen: %s", (lines, ready) => {
    expect(suiteOf(withService(lines)).services[0]?.ready).toEqual(ready);
  });

  it.each([
    ["{ port: 80 }", '7:12 "run" is missing in suite model.'],
    ["a", '7:12 "llm" in suite model: expected a map of keys, found "a".'],
    ["{ run: a, prot: 80 }", '7:22 unknown key "prot" in suite model. Did you mean "port"?'],
    ["{ run: a, port: 0 }", `7:28 ${PORT}, found 0.`],
    ["{ run: a, port: '80' }", `7:28 ${PORT}, found "80".`],
    ["{ run: a, port: 1.5 }", `7:28 ${PORT}, found 1.5.`],
    [
      "{ run: a, port: 80, ready: tpc }",
      '7:39 "ready" in suite model: expected tcp, start, { http: /path } or { log: expression }, found "tpc". Did you mean "tcp"?',
    ],
    [
      "{ run: a, port: 80, ready: [tcp] }",
      '7:39 "ready" in suite model: expected tcp, start, { http: /path } or { log: expression }.',
    ],
    ["{ run: a, port: 80, ready: {} }", '7:39 "ready" in suite model: expected either http or log.'],
    [
      "{ run: a, port: 80, ready: { http: /x, log: y } }",
      '7:39 "ready" in suite model: expected either http or log.',
    ],
    [
      "{ run: a, port: 80, ready: { htp: /x } }",
      '7:41 unknown key "htp" in suite model. Did you mean "http"?',
    ],
    [
      "{ run: a, port: 80, ready: { http: health } }",
      '7:47 "http" in suite model: expected a path such as "/health", found "health".',
    ],
    [
      "{ run: a, ready: { log: '(' } }",
      '7:36 "log" in suite model: expected a regular expression (Unterminated group), found "(".',
    ],
    [
      "{ run: a, ready: { http: /x } }",
      '7:12 "llm" in suite model: expected a port: it is asked there whether it is ready.',
    ],
    [
      "{ run: a, ready: tcp }",
      '7:12 "llm" in suite model: expected a port: it is asked there whether it is ready.',
    ],
    [
      "{ run: a, port: 80, ready: http }",
      '7:39 "ready" in suite model: expected tcp, start, { http: /path } or { log: expression }, found "http".',
    ],
    [
      "{ run: a, replace: true }",
      '7:12 "llm" in suite model: expected a port: replace ends what listens there already.',
    ],
    ["{ run: a, env: { V: 1.10 } }", '7:32 "V" in suite model: YAML reads 1.10 as 1.1. Write "1.10".'],
    ["{ run: a, timeout: 0s }", '7:31 "timeout" in suite model: expected a time above zero, found "0s".'],
    ["{ run: a, replace: ja }", '7:31 "replace" in suite model: expected true or false, found "ja".'],
    ["{ run: a, model: '' }", '7:29 "model" in suite model: expected a text that is not empty, found "".'],
  ])("are refused with what was expected: %s", (lines, expected) => {
    expect(complaints(withService(lines))).toEqual([expected]);
  });

  it("have each a name that a variable can bear, and a port of its own", () => {
    expect(complaints(oneSuite("    services:\n      LLM: { run: a }\n"))).toEqual([
      '7:7 "LLM": expected a name of lower-case letters, digits and dashes.',
    ]);
    const twice = "    services:\n      llm: { run: a, port: 80 }\n      store: { run: b, port: 80 }\n";
    expect(complaints(oneSuite(twice))).toEqual([
      '8:30 "port" in suite model: expected a port of its own, other than that of llm, found 80.',
    ]);
  });

  it("are in the fingerprint with what can change a result", () => {
    const definitionOf = (lines: string) => suiteOf(withService(lines)).definition;
    const plain = definitionOf("{ run: a, port: 80 }");
    for (const same of ["ready: start", "model: m", "domain: d", "replace: true", "timeout: 9s"])
      expect(definitionOf(`{ run: a, port: 80, ${same} }`)).toEqual(plain);
    expect(definitionOf("{ run: b, port: 80 }")).not.toEqual(plain);
    expect(definitionOf("{ run: a, port: 81 }")).not.toEqual(plain);
    expect(definitionOf("{ run: a, port: 80, env: { A: b } }")).not.toEqual(plain);
  });
});

describe("domains and steps", () => {
  it.each([
    ["domains: file", { by: "file" }],
    ["domains: { marker: domain }", { by: "marker", marker: "domain" }],
    [
      "domains: { names: { 9: a, 1: b } }",
      {
        by: "name",
        groups: [
          { name: "9", match: "a" },
          { name: "1", match: "b" },
        ],
      },
    ],
  ])("are a word or a map, with its names in file order: %s", (line, expected) => {
    expect(suiteOf(oneSuite(`    ${line}\n`)).domains).toEqual(expected);
  });

  it.each([
    [
      "domains: directry",
      '6:14 "domains" in suite model: expected directory, file, or a map with marker or names, found "directry". Did you mean "directory"?',
    ],
    [
      "steps: [test]",
      '6:12 "steps" in suite model: expected test, file, directory, or a map with marker or names.',
    ],
    ["domains: {}", '6:14 "domains" in suite model: expected either marker or names.'],
    [
      "steps: { marker: a, names: { b: c } }",
      '6:12 "steps" in suite model: expected either marker or names.',
    ],
    ["domains: { mark: a }", '6:16 unknown key "mark" in suite model. Did you mean "marker"?'],
    ["domains: { names: {} }", '6:23 "names" in suite model: expected at least one name.'],
    ["gpu-memory: 0GiB", '6:17 "gpu-memory" in suite model: expected a size above zero, found "0GiB".'],
    [
      "gpu-memory: 8GiB",
      '6:17 "gpu-memory" in suite model: the suite uses no GPU. Write gpu: required, or gpu: optional.',
    ],
    ["steps: { names: [a] }", '6:21 "names" in suite model: expected a map of names.'],
    ["steps: { names: { a: 5 } }", '6:26 "a" in suite model: expected a text, found 5.'],
    [
      "summary: commited",
      '6:14 "summary" in suite model: expected session, committed, found "commited". Did you mean "committed"?',
    ],
    [
      "gpu-memory: 8",
      '6:17 "gpu-memory" in suite model: expected a size such as "512KiB" or "10MiB", found 8.',
    ],
  ])("are refused with what was expected: %s", (line, expected) => {
    expect(complaints(oneSuite(`    ${line}\n`))).toEqual([expected]);
  });
});

describe("sessions", () => {
  it("have limits, which may be set", () => {
    const limitsOf = (text: string) => {
      const parsed = parse(text);
      return parsed.ok ? parsed.value.sessions : null;
    };
    expect(limitsOf(oneSuite())).toEqual({ count: 50, bytes: 5 * 1024 ** 3 });
    expect(limitsOf(`${oneSuite()}sessions: { keep: 3, size: 1MiB }\n`)).toEqual({
      count: 3,
      bytes: 1024 ** 2,
    });
  });

  it.each([
    ["{ keep: 1 }", '6:19 "keep": expected a whole number, 2 or more, found 1.'],
    ["{ keep: 2.5 }", '6:19 "keep": expected a whole number, 2 or more, found 2.5.'],
    ["{ kep: 3 }", '6:13 unknown key "kep". Did you mean "keep"?'],
    ["{ size: big }", '6:19 "size": expected a size such as "512KiB" or "10MiB", found "big".'],
    ["5", '6:11 "sessions": expected a map of keys, found 5.'],
  ])("are refused with what was expected: %s", (value, expected) => {
    expect(complaints(`${oneSuite()}sessions: ${value}\n`)).toEqual([expected]);
  });
});
