import type { JsonObject } from "../protocol.ts";
import type { SecretRule } from "./secret-rules.ts";

/** `gate.yaml`, checked and with every default filled in. Suites are in file order. */
export interface Configuration {
  readonly suites: readonly Suite[];
  /** What verify makes of a change that relaxes the gate; `protected`: an approval has to clear it. */
  readonly policy: "open" | "protected";
  /** Who is trusted to sign evidence; null: evidence is unsigned. */
  readonly signing: Signing | null;
  readonly waivers: WaiverPolicy;
  readonly sessions: SessionLimits;
}

/** How many sessions of each suite stay on this machine, and how much they may take. */
export interface SessionLimits {
  readonly count: number;
  readonly bytes: number;
}

export interface Signing {
  /** Tracked file in OpenSSH's allowed_signers form, read from the base and never from the change. */
  readonly allowedSigners: string;
  /** Tracked file of revoked keys, as `ssh-keygen -Y verify -r` takes it. */
  readonly revokedKeys: string | null;
  /** Whether evidence without a trusted signature is refused. */
  readonly required: boolean;
}

export interface WaiverPolicy {
  /** Names of allowed signers who may waive; empty: anyone, unsigned too. */
  readonly by: readonly string[];
  /** How many may be in force at once. */
  readonly atOnce: number;
  readonly longestMs: number;
}

export interface Suite {
  readonly name: string;
  /** The shell command that runs the tests. */
  readonly run: string;
  readonly inputs: readonly InputPattern[];
  /** Directory of the committed reports, relative to the top level, without a trailing slash. */
  readonly reports: string;
  /** Globs of the log files to collect for each test. */
  readonly logs: readonly string[];
  /** Where the runner leaves a JUnit XML file; null where it sends events. */
  readonly results: string | null;
  readonly gpu: GpuNeed;
  readonly env: Readonly<Record<string, string>>;
  /** Tracked files that pin what lies outside git: path, size and SHA-256. */
  readonly pins: readonly string[];
  readonly skips: readonly DeclaredSkip[];
  readonly expectedFailures: readonly ExpectedFailure[];
  readonly flaky: "refuse" | "accept";
  readonly onStale: OnStale;
  readonly commitBudgetMs: number;
  readonly timeoutMs: number;
  readonly leaks: "warn" | "error";
  /** Whether a run notes which files of the repository it opens. */
  readonly observe: boolean;
  readonly undeclaredInputs: "warn" | "error";
  readonly patternTests: "allow" | "error";
  readonly maxReportBytes: number;
  /** Started in this order before the suite, stopped after it. */
  readonly services: readonly Service[];
  /** How much of a GPU's memory a run takes; null: all of it. */
  readonly gpuMemoryBytes: number | null;
  readonly domains: Grouping;
  readonly steps: Grouping;
  /** Whether the summary of a session is committed with the reports. */
  readonly summary: "session" | "committed";
  readonly normalise: NormaliseSettings;
  readonly secrets: SecretSettings;
  /** What enters the fingerprint besides the inputs: whatever of the above can change a result. */
  readonly definition: JsonObject;
}

/** One entry of `inputs:`, normalised: no leading `./`, no trailing slash, `**` for everything. */
export interface InputPattern {
  readonly glob: string;
  readonly exclude: boolean;
  /** 1-based line in gate.yaml. */
  readonly line: number | null;
}

export type GpuNeed = "required" | "optional" | "none";
export type OnStale = "auto" | "run" | "pending" | "block";

export interface DeclaredSkip {
  /** A glob over test ids (`*` matches anything). */
  readonly match: string;
  readonly reason: string;
}

/** A test that has to fail: where it passes, the run is not accepted. */
export interface ExpectedFailure {
  /** A glob over test ids (`*` matches anything). */
  readonly match: string;
  readonly reason: string;
  /** The last day on which it may fail (`YYYY-MM-DD`, UTC); null: no end. */
  readonly until: string | null;
  /** 1-based line in gate.yaml. */
  readonly line: number | null;
}

export interface NormaliseSettings {
  /** Built-in rules that are switched off, by name. */
  readonly off: readonly string[];
  readonly rules: readonly { readonly match: string; readonly replace: string }[];
}

/** What becomes of a run whose reports hold what looks like a secret. */
export type SecretMode = "refuse" | "redact" | "off";

export interface SecretSettings {
  readonly mode: SecretMode;
  readonly allow: readonly AllowedSecret[];
}

/** What looks like a secret and is none, such as the key of a test fixture. */
export interface AllowedSecret {
  /** The whole of it, a glob over it (`*` matches anything), or a regular expression between slashes. */
  readonly match: string;
  /** null: whichever rule finds it. */
  readonly rule: SecretRule | null;
  readonly reason: string;
  /** 1-based line in gate.yaml. */
  readonly line: number | null;
}

/** What a suite needs running while it runs: `services:` of gate.yaml. */
export interface Service {
  readonly name: string;
  /** The shell command that stays in the foreground. */
  readonly run: string;
  readonly port: number | null;
  readonly ready: Readiness;
  readonly env: Readonly<Record<string, string>>;
  /** Named in the log's name. */
  readonly model: string | null;
  readonly domain: string | null;
  /** Whether an instance that listens already is ended first. */
  readonly replace: boolean;
  /** How long it may take to be ready. */
  readonly timeoutMs: number;
}

export type Readiness =
  /** It takes connections at its port. */
  | { readonly by: "tcp" }
  /** A GET of the path at its port is answered with 2xx. */
  | { readonly by: "http"; readonly path: string }
  /** A line of its output matches. */
  | { readonly by: "log"; readonly match: string }
  /** It has been started. */
  | { readonly by: "start" };

/** By what tests are kept together: `domains:` and `steps:` of gate.yaml. */
export type Grouping =
  /** Each test for itself. */
  | { readonly by: "test" }
  /** The folder that its file lies in. */
  | { readonly by: "directory" }
  | { readonly by: "file" }
  /** The value of a marker of this name. */
  | { readonly by: "marker"; readonly marker: string }
  /** The first glob over test ids that matches names the group. */
  | { readonly by: "name"; readonly groups: readonly NamedGroup[] };

export interface NamedGroup {
  readonly name: string;
  /** A glob over test ids (`*` matches anything). */
  readonly match: string;
}
