import { describe, expect, it } from "vitest";
import { entriesOfCode } from "../../../../src/integrations/fixers/config-literals.ts";

const plain = (code: string) =>
  entriesOfCode(code).map(({ glob, commands, isFunction }) => [glob, commands, isFunction]);

describe("a configuration that is code", () => {
  it.each([
    ["export default { '*.js': 'eslint --fix', \"*.md\": [`prettier --write`, 'git add'] }"],
    ["module.exports = { '*.js': 'eslint --fix', '*.md': ['prettier --write', 'git add'], };"],
    [
      "/** @type {x} */\nconst config = {\n '*.js': 'eslint --fix', // '*.css'\n '*.md': ['prettier --write', 'git add'],\n};\nexport default config;",
    ],
    [
      "import type { C } from 'x';\nconst config: C = { '*.js': 'eslint --fix', '*.md': ['prettier --write', 'git add'] };\nexport default config satisfies C",
    ],
    ["export default defineConfig({ '*.js': 'eslint --fix', '*.md': ['prettier --write', 'git add'] })"],
  ])("is read where it is written out: %s", (code) => {
    expect(plain(code)).toEqual([
      ["*.js", ["eslint --fix"], false],
      ["*.md", ["prettier --write", "git add"], false],
    ]);
  });

  it("shows the texts of its functions", () => {
    const code = `const q = /['"]/g;\nexport default { '*.ts': () => 'tsc --noEmit', [MD]: run, '*': async (f) => [\`a \${f.map((x) => \`'\${x}'\`).join(' ')} b\`], css: 'c' }`;
    expect(plain(code)).toEqual([
      ["*.ts", ["tsc --noEmit"], true],
      ["*", [], true],
      ["*", ["a $names b"], true],
      ["css", ["c"], false],
    ]);
    expect(plain("export default (files) => `prettier --write $".concat("{files.join(' ')}`"))).toEqual([
      ["*", ["prettier --write $names"], true],
    ]);
  });

  it("says on which lines", () => {
    const lines = entriesOfCode(
      "// one\nexport default {\n  /* two\n  */ '*.a': 'x',\n\n  b: ['y',\n 'z'],\n}",
    ).map(({ line }) => line);
    expect(lines).toEqual([4, 6]);
  });

  it("ends, whatever it is", () => {
    for (const code of [
      "",
      "export default {",
      "module.exports = {'a': [",
      "`$".concat("{"),
      "`$".concat("{").repeat(5_000),
      "export default { ...x, 'a': 'b' }",
    ]) {
      expect(() => entriesOfCode(code)).not.toThrow();
    }
    expect(plain("export default { ...other, 'a': 'b' }")).toContainEqual(["a", ["b"], false]);
  });
});
