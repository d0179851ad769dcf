import { describe, expect, it } from "vitest";
import { formFor, styleFor } from "../../../../src/render/dashboard/form.ts";

const TERMINAL = { terminal: true, columns: 80, rows: 24, json: false, environment: { TERM: "xterm" } };

describe("the form of a run", () => {
  it("is a screen on a terminal", () => {
    expect(formFor(TERMINAL)).toBe("screen");
    expect(formFor({ ...TERMINAL, columns: 40, rows: 10 })).toBe("screen");
    expect(formFor({ ...TERMINAL, environment: { TERM: "xterm", CI: "false", GATE_PLAIN: "0" } })).toBe(
      "screen",
    );
  });

  it.each([
    { terminal: false },
    { columns: 39 },
    { rows: 9 },
    { json: true },
    { environment: {} },
    { environment: { TERM: "dumb" } },
    { environment: { TERM: "xterm", CI: "true" } },
    { environment: { TERM: "xterm", CONTINUOUS_INTEGRATION: "1" } },
    { environment: { TERM: "xterm", GATE_PLAIN: "1" } },
    { environment: { TERM: "xterm", INK_SCREEN_READER: "true" } },
  ])("is lines with %o", (given) => {
    expect(formFor({ ...TERMINAL, ...given })).toBe("lines");
  });

  it.each([
    [{ LANG: "C.UTF-8" }, { colour: true, blocks: true }],
    [
      { LANG: "de_DE.utf8", LC_ALL: "C" },
      { colour: true, blocks: false },
    ],
    [
      { LC_CTYPE: "en_US.UTF-8", LANG: "C", NO_COLOR: "1" },
      { colour: false, blocks: true },
    ],
    [{ NO_COLOR: "" }, { colour: true, blocks: false }],
  ])("with %o is drawn as %o", (environment, style) => {
    expect(styleFor(environment)).toEqual(style);
  });
});
