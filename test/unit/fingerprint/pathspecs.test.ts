import { describe, expect, it } from "vitest";
import type { Suite } from "../../../src/config/configuration.ts";
import { inputPathspecs, positivePathspecs } from "../../../src/fingerprint/pathspecs.ts";
import { oneSuite, suiteOf } from "../config/sample.ts";

function suite(inputs: string, lines = ""): Suite {
  return suiteOf(oneSuite(lines, inputs));
}

/** Waivers are bound to a fingerprint, so they cannot be part of it. */
const NO_EXCEPTIONS = ":(top,literal,exclude)gate-exceptions";

describe("what selects a suite's inputs", () => {
  it("is two pathspecs for a pattern: the path, and all below it", () => {
    expect(inputPathspecs(suite("[src]"), [])).toEqual([
      ":(top,glob)src",
      ":(top,glob)src/**",
      NO_EXCEPTIONS,
    ]);
  });

  it("is one for everything", () => {
    expect(inputPathspecs(suite("[.]"), [])).toEqual([":(top,glob)**", NO_EXCEPTIONS]);
  });

  it("leaves out what is excluded, and every suite's reports", () => {
    expect(inputPathspecs(suite("[src, '!**/*.md']"), ["test-reports", "other"])).toEqual([
      ":(top,glob)src",
      ":(top,glob)src/**",
      ":(top,glob,exclude)**/*.md",
      ":(top,glob,exclude)**/*.md/**",
      ":(top,literal,exclude)test-reports",
      ":(top,literal,exclude)other",
      NO_EXCEPTIONS,
    ]);
  });

  it("takes pins by their exact names", () => {
    expect(inputPathspecs(suite("[src]", "    pins: [a.pin]\n"), [])).toContain(":(top,literal)a.pin");
  });
});

describe("what the memo asks about", () => {
  it("has no excludes, which would hide changes to other suites' inputs", () => {
    expect(positivePathspecs(suite("[src, '!**/*.md']", "    pins: [a.pin]\n"))).toEqual([
      ":(top,glob)src",
      ":(top,glob)src/**",
      ":(top,literal)a.pin",
    ]);
  });
});
