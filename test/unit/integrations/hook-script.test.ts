import { describe, expect, it } from "vitest";
import {
  gateLine,
  isWired,
  lostLine,
  newHook,
  obstacleIn,
  withGateLine,
} from "../../../src/integrations/hook-script.ts";

describe("a hook script", () => {
  it("is wired by the line that init writes, and not by a comment about it", () => {
    expect(isWired(newHook("pre-commit", true), "pre-commit")).toBe(true);
    expect(isWired(withGateLine("npx lint-staged", "pre-commit"), "pre-commit")).toBe(true);
    expect(isWired(newHook("pre-commit", true), "pre-merge-commit")).toBe(false);
    expect(isWired('# sh "gate/pre-commit"\n', "pre-commit")).toBe(false);
    expect(isWired("sh gate/pre-commit-extra\n", "pre-commit")).toBe(false);
  });

  it.each([
    "#!/bin/sh\nif x; then\n  exit 1\nfi\n",
    "#!/usr/bin/env bash\nset -e\nx || exit 1\n",
    "#!/usr/bin/env -S zsh -f\nx\n",
    "x && { y; exit 1; }\n",
    "exec 1>&2\nexec < /dev/tty\nx\n",
    "cat <<-'END'\nexit 0\n\tEND\nx\n",
    "exitcode=1\n",
    "execute x\n",
    "",
  ])("may be added to: %j", (text) => {
    expect(obstacleIn(text, "pre-commit")).toBeNull();
  });

  it.each([
    "#!/usr/bin/env node\nx()\n",
    "#!/usr/bin/fish\nx\n",
    "#!/usr/bin/perl\nx;\n",
    "x\nexit\n",
    "x\nexit 0\r\n",
    "x; exit $?\n",
    'exec npm run check -- "$@"\n',
    "cat <<END\nexit 0\nEND\nexit 1\n",
    "x \\",
  ])("may not be added to: %j", (text) => {
    expect(obstacleIn(text, "pre-commit")).not.toBeNull();
  });

  it.each([
    ["", ""],
    ["#!/bin/bash\n", "cat\nexit 0\n"],
    ['#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n', 'git lfs pre-push "$@"\n'],
    ["", '# lfs\nexec git lfs pre-push "$@"\n'],
  ])("that is told of a push calls gate before what else reads it: %j, %j", (head, rest) => {
    const text = `${head}${rest}`;
    expect(obstacleIn(text, "pre-push")).toBeNull();
    const after = withGateLine(text, "pre-push");
    expect(after.startsWith(`${head}# gate: `)).toBe(true);
    expect(after.endsWith(rest)).toBe(true);
    expect(isWired(after, "pre-push")).toBe(true);
  });

  it.each([
    "cd frontend && npx lint-staged\n",
    "set -e\ncd frontend\nnpm test",
    "[ -d frontend ] && cd frontend; npm test\n",
    "pushd api\nmake\npopd\n",
  ])("that goes elsewhere calls gate from where it began: %j", (text) => {
    const after = withGateLine(text, "pre-commit");
    expect(isWired(after, "pre-commit")).toBe(true);
    expect(after.startsWith("gate_top=$PWD\n")).toBe(true);
    expect(after.split("\n").at(-2)).toBe(`(cd "$gate_top" && sh "\${0%/*}/gate/pre-commit") || exit $?`);
    expect(lostLine(after, "pre-commit")).toBeNull();
    const line = gateLine("pre-commit");
    expect(lostLine(`${text}\n${line}\n`, "pre-commit")).toMatch(/^goes to another directory .* \(line \d: /);
    expect(lostLine(`${line}\n${text}`, "pre-commit")).toBeNull();
  });

  it.each([
    "(cd frontend && npx lint-staged)\n",
    "npm test # cd frontend\n",
    "cat <<END\ncd frontend\nEND\n",
    "files=$(cd frontend && ls)\n",
    "",
  ])("that goes nowhere has gate's line alone: %j", (text) => {
    expect(withGateLine(text, "pre-commit")).toBe(`${text}${newHook("pre-commit", false)}`);
  });

  it("in another language is not edited, whatever it is told", () => {
    expect(obstacleIn("#!/usr/bin/env python3\nx()\n", "pre-push")).toMatch(/not a shell script/);
  });
});
