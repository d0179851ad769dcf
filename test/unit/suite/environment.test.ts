import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { suiteEnvironment } from "../../../src/suite/environment.ts";

const ADDITIONS = {
  events: "/session/events",
  artifacts: "/session/artifacts",
  root: "/repository",
  sessionId: "RUN_1",
  env: {},
};

/** From `git rev-parse --local-env-vars` of git 2.34 to 2.52. */
const LOCAL_TO_A_REPOSITORY = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_COUNT",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
];

describe("the environment of a suite", () => {
  it("names the session and where events and artifacts go", () => {
    expect(suiteEnvironment({}, ADDITIONS)).toEqual({
      GATE_EVENTS: "/session/events",
      GATE_ARTIFACTS: "/session/artifacts",
      GATE_ROOT: "/repository",
      GATE_SESSION: "RUN_1",
    });
  });

  it("keeps what the user has set, and lets gate.yaml win over it", () => {
    const base = { HOME: "/home/ann", PATH: "/bin", CUDA_VISIBLE_DEVICES: "0", NOTHING: undefined };
    const environment = suiteEnvironment(base, {
      ...ADDITIONS,
      env: { CUDA_VISIBLE_DEVICES: "1", SEED: "7" },
    });
    expect(environment).toMatchObject({
      HOME: "/home/ann",
      PATH: "/bin",
      CUDA_VISIBLE_DEVICES: "1",
      SEED: "7",
    });
    expect("NOTHING" in environment).toBe(false);
  });

  it.each(LOCAL_TO_A_REPOSITORY)("has no %s", (name) => {
    expect(suiteEnvironment({ [name]: "x" }, ADDITIONS)).not.toHaveProperty(name);
  });

  it("has nothing that this machine's git calls local to a repository", () => {
    const names = execFileSync("git", ["rev-parse", "--local-env-vars"], { encoding: "utf8" })
      .trim()
      .split("\n");
    const base = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(suiteEnvironment(base, ADDITIONS)).toEqual(suiteEnvironment({}, ADDITIONS));
  });

  it.each([
    "GIT_LITERAL_PATHSPECS",
    "GIT_EDITOR",
    "GIT_AUTHOR_DATE",
    "GIT_REFLOG_ACTION",
    "GIT_CONFIG_KEY_0",
    "GIT_EXEC_PATH",
    "GIT_QUARANTINE_PATH",
    "GIT_A_VARIABLE_OF_THE_FUTURE",
    "NODE_TEST_CONTEXT",
    "GATE_LAUNCHER",
  ])("has no %s, which belongs to this call of git, of gate or of a test runner", (name) => {
    expect(suiteEnvironment({ [name]: "x" }, ADDITIONS)).not.toHaveProperty(name);
  });

  it.each([
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_TERMINAL_PROMPT",
    "GIT_CONFIG_GLOBAL",
    "GIT_SSL_CAINFO",
    "GIT_AUTHOR_NAME",
    "GITHUB_TOKEN",
  ])("keeps %s, which is the user's", (name) => {
    expect(suiteEnvironment({ [name]: "x" }, ADDITIONS)).toHaveProperty(name, "x");
  });

  it("never leads into the session of an outer gate", () => {
    const stale = fc.dictionary(
      fc.string().map((text) => `GATE_${text}`),
      fc.string(),
    );
    fc.assert(
      fc.property(stale, (base) => {
        expect(suiteEnvironment(base, ADDITIONS)).toEqual(suiteEnvironment({}, ADDITIONS));
      }),
    );
  });
});
