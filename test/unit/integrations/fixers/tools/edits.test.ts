import fc from "fast-check";
import { parse as parseJson } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";
import { iniSection, withIniItems } from "../../../../../src/integrations/fixers/tools/edit-ini.ts";
import { withJsonItem } from "../../../../../src/integrations/fixers/tools/edit-json.ts";
import { withItem, withTomlChange } from "../../../../../src/integrations/fixers/tools/edit-toml.ts";
import type { Result } from "../../../../../src/result.ts";

function textOf(made: Result<string, string>): string {
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

const LISTED = { path: ["files", "includes"], item: "!reports", before: ["**"] } as const;

describe("an item in a list of JSON", () => {
  it.each([
    [
      "one line",
      '{ "files": { "includes": ["**", "!dist"] } }\n',
      '{ "files": { "includes": ["**", "!dist", "!reports"] } }\n',
    ],
    [
      "many lines, comments and a last comma",
      '{\n  // what\n  "files": {\n    "includes": [\n      "**", // all\n      "!dist", // built\n    ],\n  },\n}\n',
      '{\n  // what\n  "files": {\n    "includes": [\n      "**", // all\n      "!dist", // built\n      "!reports",\n    ],\n  },\n}\n',
    ],
    [
      "a comment behind the last item",
      '{\n\t"files": {\n\t\t"includes": [\n\t\t\t"**" /* all */\n\t\t]\n\t}\n}\n',
      '{\n\t"files": {\n\t\t"includes": [\n\t\t\t"**", /* all */\n\t\t\t"!reports"\n\t\t]\n\t}\n}\n',
    ],
    [
      "line ends of Windows",
      '{\r\n  "files": {\r\n    "includes": [\r\n      "**"\r\n    ]\r\n  }\r\n}\r\n',
      '{\r\n  "files": {\r\n    "includes": [\r\n      "**",\r\n      "!reports"\r\n    ]\r\n  }\r\n}\r\n',
    ],
    [
      "no list yet",
      '{\n    "files": {\n        "maxSize": 1\n    }\n}\n',
      '{\n    "files": {\n        "maxSize": 1,\n        "includes": ["**", "!reports"]\n    }\n}\n',
    ],
    [
      "no map yet",
      '{\n  "a": [1, 2]\n}\n',
      '{\n  "a": [1, 2],\n  "files": {\n    "includes": ["**", "!reports"]\n  }\n}\n',
    ],
    ["nothing", "{}\n", '{\n  "files": {\n    "includes": ["**", "!reports"]\n  }\n}\n'],
    [
      "a comment alone",
      "{\n  // nothing\n}\n",
      '{\n  // nothing\n  "files": {\n    "includes": ["**", "!reports"]\n  }\n}\n',
    ],
    ["no file", null, '{\n  "files": {\n    "includes": ["**", "!reports"]\n  }\n}\n'],
    [
      "a byte order mark",
      '\uFEFF{ "files": {} }\n',
      '\uFEFF{ "files": { "includes": ["**", "!reports"] } }\n',
    ],
  ])("%s", (_what, before, after) => {
    expect(textOf(withJsonItem(before, LISTED))).toBe(after);
  });

  it.each([
    ["broken JSON", '{ "files": '],
    ["something else in its place", '{ "files": { "includes": "**" } }'],
    ["something else on the way", '{ "files": 1 }'],
    ["no map", "[]"],
    ["the same said twice", '{ "files": {}, "files": { "a": 1 } }'],
    ["an empty list, which may mean something else", '{ "files": { "includes": [] } }'],
  ])("is refused for %s", (_what, before) => {
    expect(withJsonItem(before, LISTED).ok).toBe(false);
  });

  it("changes nothing else, whatever the file looks like", () => {
    const names = fc.constantFrom("files", "includes", "rules", "a b", "é");
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(1, true, null, "x", "// no comment"),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(names, tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    const document = fc.record({
      content: fc.dictionary(names, value, { maxKeys: 4 }),
      indent: fc.constantFrom(0, 1, 2, 4, "\t"),
      comments: fc.boolean(),
    });
    fc.assert(
      fc.property(document, ({ content, indent, comments }) => {
        const plain = JSON.stringify(content, null, indent);
        const before = comments ? plain.replaceAll(",\n", ", // why\n") : plain;
        const made = withJsonItem(before, LISTED);
        if (!made.ok) return;
        const files = Object(content.files);
        const list = Array.isArray(files.includes) ? files.includes : ["**"];
        expect(parseJson(made.value)).toEqual({
          ...content,
          files: { ...files, includes: [...list, "!reports"] },
        });
        const kept = before.split("\n").filter((line) => made.value.split("\n").includes(line));
        expect(before.split("\n").length - kept.length).toBeLessThanOrEqual(indent === 0 ? 1 : 2);
        expect(made.value.split("// why").length).toBe(before.split("// why").length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a change in TOML", () => {
  const list = { path: ["files", "extend-exclude"], change: withItem("/reports/") } as const;

  it.each([
    [
      "one line",
      '[files]\nextend-exclude = ["a"] # why\n',
      '[files]\nextend-exclude = ["a", "/reports/"] # why\n',
    ],
    [
      "many lines",
      '# top\n[files]\nextend-exclude = [\n    "a", # why a\n    "b",\n]\n\n[default]\nx = 1\n',
      '# top\n[files]\nextend-exclude = [\n    "a", # why a\n    "b",\n    "/reports/",\n]\n\n[default]\nx = 1\n',
    ],
    ["no list yet", "[files]\n# nothing\n\n[default]\nx = 1\n", null],
    ["no table yet", '[default]\nx = 1 # "one"\n', null],
    ["line ends of Windows", "[default]\r\nx = 1\r\n", null],
    ["no file", null, null],
  ])("%s", (_what, before, after) => {
    const made = textOf(withTomlChange(before, list));
    if (after !== null) expect(made).toBe(after);
    const files = Object(parseToml(before ?? "").files);
    const known = Array.isArray(files["extend-exclude"]) ? files["extend-exclude"] : [];
    expect(parseToml(made)).toEqual({
      ...parseToml(before ?? ""),
      files: { ...files, "extend-exclude": [...known, "/reports/"] },
    });
    for (const line of (before ?? "").split("\n").filter((one) => /#|=/.test(one) && !/^extend/.test(one))) {
      expect(made.split("\n")).toContain(line);
    }
    expect(made.endsWith("\n")).toBe(true);
  });

  it.each([
    ["broken TOML", "[files\n"],
    ["something else in its place", '[files]\nextend-exclude = "a"\n'],
    ["a list of other things", "[files]\nextend-exclude = [1]\n"],
    ["something else on the way", "files = 1\n"],
  ])("is refused for %s", (_what, before) => {
    expect(withTomlChange(before, list).ok).toBe(false);
  });
});

describe("items in an INI list", () => {
  const skip = { section: "codespell", key: "skip" };
  const items = ["r/*", "./r/*"];

  it.each([
    ["a line", "[codespell]\nskip = a,b\ncount =\n", "[codespell]\nskip = a,b,r/*,./r/*\ncount =\n"],
    [
      "many lines",
      "[a]\nskip = z\n\n[codespell]\n# why\nskip =\n    a,\n    # not b\n    c,\n\n[b]\nx: 1\n",
      "[a]\nskip = z\n\n[codespell]\n# why\nskip =\n    a,\n    # not b\n    c,r/*,./r/*\n\n[b]\nx: 1\n",
    ],
    ["an empty value", "[codespell]\nskip=\n", "[codespell]\nskip= r/*,./r/*\n"],
    ["no key yet", "[codespell]\ncount =\n", "[codespell]\nskip = r/*,./r/*\ncount =\n"],
    ["no section yet", "[a]\nx = 1\n", "[a]\nx = 1\n\n[codespell]\nskip = r/*,./r/*\n"],
    ["line ends of Windows", "[codespell]\r\nskip: a\r\n", "[codespell]\r\nskip: a,r/*,./r/*\r\n"],
    ["no file", null, "[codespell]\nskip = r/*,./r/*\n"],
  ])("%s", (_what, before, after) => {
    const made = textOf(withIniItems(before, skip, items));
    expect(made).toBe(after);
    expect(
      iniSection(made, "codespell")
        .get("skip")
        ?.split(/[,\n]+/)
        .slice(-2),
    ).toEqual(items);
  });

  it("is refused where the section is there twice", () => {
    expect(withIniItems("[codespell]\n[codespell]\n", skip, items).ok).toBe(false);
  });
});
