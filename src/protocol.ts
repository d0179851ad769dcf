/**
 * The event protocol between a test runner and gate, version 1 (docs/protocol.md).
 *
 * gate sets GATE_EVENTS to a directory. Every process that has something to say appends JSON lines to a
 * file of its own there, `<pid>-<random>.ndjson`, one write per event, so that a crash loses at most the
 * event being written. Reporters in plugins/ write these events; suite/events reads them.
 */
export const PROTOCOL_VERSION = 1;

/** Environment variables that a suite sees. */
export const EVENTS_VARIABLE = "GATE_EVENTS";
export const ARTIFACTS_VARIABLE = "GATE_ARTIFACTS";
export const SESSION_VARIABLE = "GATE_SESSION";
/** The repository's top level: the paths in test ids are relative to it, wherever the runner was started. */
export const ROOT_VARIABLE = "GATE_ROOT";
/** A JSON file with what a reporter has to know of the suite: ReporterSettings. */
export const SETTINGS_VARIABLE = "GATE_SETTINGS";

/** What gate tells the reporters, in the file that GATE_SETTINGS names. */
export interface ReporterSettings {
  /** Globs of the log files that belong to a test (`logs:` of gate.yaml). */
  readonly logs: readonly string[];
  /** A log over this size is cut off, with a line that says so. */
  readonly maxLogBytes: number;
  /** Whether to tell which files are opened. */
  readonly observe: boolean;
  /** First names of the modules that the repository itself holds, such as `app` of src/app/core.py. */
  readonly ownModules: readonly string[];
  /** Names of the packages of the repository's own workspace, such as `@app/core`. */
  readonly ownPackages: readonly string[];
  /** What the shell has in PYTEST_ADDOPTS; empty where the suite sets it. */
  readonly inheritedOptions: string;
  /** What the shell has in NODE_OPTIONS; empty where the suite sets it. */
  readonly inheritedNodeOptions: string;
  /** Whether a file that cannot be collected leaves the others to run. */
  readonly continueOnCollectionErrors: boolean;
  /** A JSON file: the ids of the tests that ended before this run was cut short. They are not run again. */
  readonly ended?: string;
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

/** What became of one test. `flaky` passed on retry; `error` failed outside its own body. */
export type TestOutcome = "passed" | "failed" | "error" | "skipped" | "xfailed" | "xpassed" | "flaky";

export const TEST_OUTCOMES: readonly TestOutcome[] = [
  "passed",
  "failed",
  "error",
  "skipped",
  "xfailed",
  "xpassed",
  "flaky",
];

interface EventBase {
  /** Protocol version. */
  readonly v: number;
  /** Counts up from 0 within one file; a gap means a lost event. */
  readonly seq: number;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly time: string;
}

/** First event of every file: who is writing. `main` writers announce a plan and an end, helpers do not. */
export interface HelloEvent extends EventBase {
  readonly type: "hello";
  readonly role: "main" | "helper";
  readonly runner: { readonly name: string; readonly version: string };
  readonly pid: number;
  /** It leaves out the tests that `ended` of the settings names. */
  readonly resumes?: boolean;
}

/** The tests that are about to run. May come several times; the union counts. */
export interface PlanEvent extends EventBase {
  readonly type: "plan";
  readonly tests: readonly PlannedTest[];
}

export interface PlannedTest {
  /** Unique in the suite and the same on every machine: a path relative to the top level, then the names. */
  readonly id: string;
  readonly name: string;
  readonly file: string | null;
  /** What is known of it before it runs, such as `tier: smoke`; by these a suite may group its tests. */
  readonly markers?: Readonly<Record<string, string>>;
}

/** Tests that exist and do not run, because of an option. May come several times. */
export interface DeselectedEvent extends EventBase {
  readonly type: "deselected";
  /** As people write it: `-m 'not slow'`; or what else left them out. */
  readonly option: string;
  /** What holds the option: the suite or its project, the user's shell, or what this machine remembers. */
  readonly source: "suite" | "shell" | "cache";
  /** Ids; empty where the option keeps tests from being found at all. */
  readonly tests: readonly string[];
  /** Files that nobody looked into, besides these. */
  readonly files: number;
}

export interface TestStartEvent extends EventBase, PlannedTest {
  readonly type: "test-start";
}

export interface TestEndEvent extends EventBase {
  readonly type: "test-end";
  readonly id: string;
  readonly outcome: TestOutcome;
  /** Seconds. */
  readonly duration: number;
  /** Failure text or reason of a skip. */
  readonly message: string | null;
  /** The test's own properties: tier, prompt, whatever it recorded. */
  readonly properties: JsonObject;
}

/** One property of a test, from within the test itself; the last value of a name counts, or the sum. */
export interface PropertyEvent extends EventBase {
  readonly type: "property";
  readonly id: string;
  readonly name: string;
  readonly value: JsonValue;
  /** Numbers of this name add up. */
  readonly add?: boolean;
}

/** A log file that gate may take: relative to GATE_ARTIFACTS, or absolute and untouched until the end. */
export interface ArtifactEvent extends EventBase {
  readonly type: "artifact";
  /** null: of the suite as a whole. */
  readonly id: string | null;
  readonly path: string;
  /** Its name among the test's logs, such as `session.log` or `server/access.log`. */
  readonly name: string;
}

/** One step of a conversation, in the order in which it happened. */
export interface TurnEvent extends EventBase {
  readonly type: "turn";
  readonly id: string;
  readonly turn: Turn;
}

export type Turn =
  | { readonly kind: "prompt"; readonly text: string; readonly tier?: string }
  | { readonly kind: "thinking"; readonly text: string }
  | { readonly kind: "tool-call"; readonly tool: string; readonly arguments: JsonValue }
  | { readonly kind: "tool-result"; readonly tool: string; readonly result: JsonValue }
  | { readonly kind: "response"; readonly text: string };

/** Text for one of the test's logs; chunks for the same name are joined in order. */
export interface LogEvent extends EventBase {
  readonly type: "log";
  readonly id: string | null;
  readonly name: string;
  readonly text: string;
  /** The part of the suite that says it, such as `adapter`; without one, the name without its `.log`. */
  readonly component?: string;
}

/** Files below the top level that were opened and could be read, in any of the writer's processes. */
export interface ReadsEvent extends EventBase {
  readonly type: "reads";
  /** null: not for one test alone. */
  readonly id: string | null;
  /** Relative to the top level, with `/`. */
  readonly paths: readonly string[];
}

/** Whoever reads `file` has read these as well: what it imports, and what its import reads. */
export interface UsesEvent extends EventBase {
  readonly type: "uses";
  readonly file: string;
  readonly paths: readonly string[];
  /** False: what these lead to is read only by those who read them for another reason as well. */
  readonly follow: boolean;
}

/** What the tests ran in. */
export interface EnvironmentEvent extends EventBase {
  readonly type: "environment";
  /** Such as `CPython 3.11.7`. */
  readonly language: string;
  /** Installed distributions: name to version. */
  readonly distributions: Readonly<Record<string, string>>;
  /** What it computes with, where that was loaded: `torch`, `cuda`, `cudnn`, `gpu` to a version or a name. */
  readonly accelerators: Readonly<Record<string, string>>;
}

/** Before the name of a package of Node's, in the place of a module's. */
export const PACKAGE_PREFIX = "npm:";

/**
 * Modules with a first name of the repository's own, and the files they were loaded from; of Node, files of packages
 * that bear a name of the repository's own and lie elsewhere.
 */
export interface ModulesEvent extends EventBase {
  readonly type: "modules";
  readonly modules: readonly LoadedModule[];
}

export interface LoadedModule {
  /** Such as `app.core`, or `npm:@app/core`. */
  readonly name: string;
  /** Absolute, symbolic links resolved. */
  readonly path: string;
}

/** A helper saw a runner at work that does not report: its plugin was taken away. */
export interface UnreportedEvent extends EventBase {
  readonly type: "unreported";
  readonly runner: string;
  /** What kept the plugin out, as a sentence without its subject: `PYTEST_ADDOPTS was replaced`. */
  readonly reason: string;
}

/** Last event of a main writer; without it the results are truncated. */
export interface EndEvent extends EventBase {
  readonly type: "end";
  /** Number of `test-end` events this file holds. */
  readonly tests: number;
}

export type GateEvent =
  | HelloEvent
  | PlanEvent
  | DeselectedEvent
  | TestStartEvent
  | TestEndEvent
  | PropertyEvent
  | ArtifactEvent
  | TurnEvent
  | LogEvent
  | ReadsEvent
  | UsesEvent
  | EnvironmentEvent
  | ModulesEvent
  | UnreportedEvent
  | EndEvent;
