import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeOptions } from "../../../src/suite/injection.ts";

const HOOK = "/opt/model-gate/plugins/node/observe.cjs";

/** As Node's ParseNodeOptionsEnvVar takes it apart. */
function parsed(options: string): readonly string[] {
  const found: string[] = [];
  let quoted = false;
  let starts = true;
  for (let index = 0; index < options.length; index++) {
    let character = options[index] ?? "";
    if (character === "\\" && quoted) character = options[++index] ?? "";
    else if (character === " " && !quoted) {
      starts = true;
      continue;
    } else if (character === '"') {
      quoted = !quoted;
      continue;
    }
    if (starts) found.push(character);
    else found[found.length - 1] += character;
    starts = false;
  }
  return found;
}

describe("NODE_OPTIONS", () => {
  it("loads the hook before what the user has loaded", () => {
    expect(nodeOptions(undefined, HOOK)).toBe(`--require ${HOOK}`);
    expect(nodeOptions("", HOOK)).toBe(`--require ${HOOK}`);
    expect(nodeOptions('--require "./a b.cjs"', HOOK)).toBe(`--require ${HOOK} --require "./a b.cjs"`);
  });

  it("is taken apart by Node as it was meant, whatever the path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const hook = `/opt/${name}/observe.cjs`;
        expect(parsed(nodeOptions("--no-warnings", hook))).toEqual(["--require", hook, "--no-warnings"]);
      }),
    );
  });

  it("has the hook once, also where an outer gate has added it", () => {
    const once = nodeOptions("--no-warnings", HOOK);
    expect(nodeOptions(once, HOOK)).toBe(once);
  });

  it.each(["--permission --allow-fs-read=/srv", "--no-warnings --experimental-permission"])(
    "stays as it is where Node may not read the hook: %s",
    (options) => {
      expect(nodeOptions(options, HOOK)).toBe(options);
    },
  );
});
