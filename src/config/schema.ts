import { z } from "zod";
import { expressionBetweenSlashes, normalisePath, normalisePattern } from "./pattern.ts";
import { domains, services, sessions, steps } from "./running-schema.ts";
import {
  date,
  duration,
  refuseBadExpression,
  regularExpression,
  size,
  sizeAboveZero,
  text,
  timeLimit,
  variables,
} from "./scalars.ts";
import { SECRET_RULES } from "./secret-rules.ts";

const repositoryPath = z
  .string()
  .refine(
    (text) => normalisePath(text) !== null,
    "expected a path below the repository's top level, without wildcards",
  );

/** gate keeps its sessions in the one, and waivers and approvals in the other. */
const isGatesOwn = (path: string) =>
  [".gate", "gate-exceptions"].includes(normalisePath(path)?.split("/")[0] ?? "");

const LONGEST_SHOWN = 200;

const pattern = z
  .string()
  .superRefine((text, context) => {
    const normal = normalisePattern(text);
    const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
    if (!normal.ok) context.addIssue({ code: "custom", message: `pattern "${shown}" ${normal.error}` });
  })
  .meta({ pattern: "^!?[^:/\\\\\\n][^\\\\\\n]*$" });

const logGlob = text.refine(
  (glob) => !glob.startsWith("/") && !glob.split("/").includes(".."),
  "expected a glob below the repository's top level",
);

const secretMode = z.enum(["refuse", "redact", "off"]);

const allowedSecret = z.strictObject({
  match: text
    .superRefine((match, context) => {
      const source = expressionBetweenSlashes(match);
      if (source !== null) refuseBadExpression(source, context);
    })
    .describe("What is no secret: the whole text, a glob over it, or /a regular expression/."),
  rule: z.enum(SECRET_RULES).optional().describe("The rule that finds it; without one, any."),
  reason: text.describe("Why it is no secret."),
});

/** The list alone would be a map without a mode: that is the default one. */
const secretSettings = z.strictObject({
  mode: secretMode.default("refuse"),
  allow: z.array(allowedSecret).default([]),
});

/** One suite as it is written in gate.yaml. Each description says whether the key is in the fingerprint. */
const suite = z.strictObject({
  run: text.describe(
    "Shell command that runs the tests, from the repository's top level. In the fingerprint.",
  ),
  inputs: z
    .array(pattern)
    .min(1, { error: "expected at least one pattern", abort: true })
    .refine(
      (list) => list.some((one) => !one.startsWith("!")),
      "expected a pattern that includes something; all of these exclude",
    )
    .describe(
      "Tracked files that can change a result: paths or globs; !pattern excludes. The files they match are the fingerprint.",
    ),
  reports: repositoryPath
    .refine(
      (path) => !isGatesOwn(path),
      "expected a directory of its own, other than .gate/ and gate-exceptions/",
    )
    .default("test-reports")
    .describe("Directory of the committed reports, this suite's alone. Not in the fingerprint."),
  logs: z
    .array(logGlob)
    .default([])
    .describe("Globs of the log files to collect for each test. Not in the fingerprint."),
  results: repositoryPath
    .optional()
    .describe(
      "JUnit XML file that the command writes, where its runner sends no events. Not in the fingerprint.",
    ),
  gpu: z
    .enum(["required", "optional", "none"])
    .default("none")
    .describe("Whether a run needs an NVIDIA GPU. In the fingerprint."),
  env: variables.describe("Environment variables for the run. In the fingerprint."),
  pins: z
    .array(repositoryPath)
    .default([])
    .describe("Tracked files that pin files outside git by size and SHA-256. In the fingerprint."),
  skips: z
    .array(z.strictObject({ match: text, reason: text }))
    .default([])
    .describe("Tests that may be skipped: a glob over test ids and the reason. In the fingerprint."),
  "expected-failures": z
    .array(z.strictObject({ match: text, reason: text, until: date.optional() }))
    .default([])
    .describe(
      "Tests that have to fail: a glob over test ids, the reason and, if it is to end, the last day. In the fingerprint.",
    ),
  flaky: z
    .enum(["refuse", "accept"])
    .default("refuse")
    .describe("Whether a test that passed on retry is accepted. In the fingerprint."),
  "on-stale": z
    .enum(["auto", "run", "pending", "block"])
    .default("auto")
    .describe("What the commit hook does when a run is due. Not in the fingerprint."),
  "commit-budget": duration
    .default("5m")
    .describe("With on-stale auto: the longest suite that a commit waits for. Not in the fingerprint."),
  timeout: timeLimit.default("1h").describe("The run is ended after this time. Not in the fingerprint."),
  leaks: z
    .enum(["warn", "error"])
    .default("warn")
    .describe(
      "Files that the suite leaves in the repository: warn, or refuse the run. Not in the fingerprint.",
    ),
  observe: z
    .boolean()
    .default(true)
    .describe("Whether a run notes which files of the repository it opens. Not in the fingerprint."),
  "undeclared-inputs": z
    .enum(["warn", "error"])
    .default("warn")
    .describe(
      "Tracked files that a run read and inputs does not name: warn, or refuse the run. Not in the fingerprint.",
    ),
  "pattern-tests": z
    .enum(["allow", "error"])
    .default("allow")
    .describe(
      "Tests that executed no production file: allow them, or refuse the run. Not in the fingerprint.",
    ),
  "max-report-size": size
    .default("10MiB")
    .describe("Largest report that is committed. Not in the fingerprint."),
  services: services
    .default({})
    .describe("What the suite needs running, by name; started in this order. In the fingerprint."),
  "gpu-memory": sizeAboveZero
    .optional()
    .describe(
      "How much of a GPU's memory a run takes: runs that fit share it, others take turns. Not in the fingerprint.",
    ),
  domains: domains
    .default("directory")
    .describe("By what the results in a session are kept together. Not in the fingerprint."),
  steps: steps.default("test").describe("What a step of the logs in a session is. Not in the fingerprint."),
  summary: z
    .enum(["session", "committed"])
    .default("session")
    .describe("Whether the summary of a session is among the committed reports. Not in the fingerprint."),
  normalise: z
    .strictObject({
      off: z.array(text).default([]),
      rules: z.array(z.strictObject({ match: regularExpression, replace: z.string() })).default([]),
    })
    .prefault({})
    .describe("Rules that take volatile text out of the reports. Not in the fingerprint."),
  secrets: z
    .union([secretMode, secretSettings])
    .default("refuse")
    .describe(
      "What looks like a secret in the reports: refuse the run, put a marker in its place, or do not look. Not in the fingerprint.",
    ),
});

const signing = z.strictObject({
  "allowed-signers": repositoryPath.describe(
    "Tracked file of trusted keys in OpenSSH's allowed_signers form; verify reads it from the base. Not in the fingerprint.",
  ),
  "revoked-keys": repositoryPath
    .optional()
    .describe("Tracked file of revoked keys, public keys or a KRL. Not in the fingerprint."),
  required: z
    .boolean()
    .default(true)
    .describe("Whether evidence without a trusted signature is refused. Not in the fingerprint."),
});

const waivers = z.strictObject({
  by: z
    .array(text)
    .default([])
    .describe("Allowed signers who may waive; a waiver must then be signed. Not in the fingerprint."),
  "at-once": z
    .int()
    .min(0)
    .default(3)
    .describe("How many waivers may be in force at once. Not in the fingerprint."),
  longest: duration.default("14d").describe("The longest time a waiver may last. Not in the fingerprint."),
});

export const configurationSchema = z
  .strictObject({
    version: z.literal(1),
    policy: z
      .enum(["open", "protected"])
      .default("open")
      .describe(
        "Whether a change that relaxes the gate is a warning, or needs a signed approval. Not in the fingerprint.",
      ),
    signing: signing.optional().describe("Who is trusted to sign evidence. Not in the fingerprint."),
    waivers: waivers.prefault({}).describe("Who may waive a suite, how often and for how long."),
    sessions: sessions.prefault({}).describe("How many sessions of each suite stay on this machine."),
    suites: z
      .record(
        z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected a name of lower-case letters, digits and dashes"),
        suite,
      )
      .refine((suites) => Object.keys(suites).length > 0, "expected at least one suite")
      .meta({ minProperties: 1 }),
  })
  .meta({
    title: "gate.yaml",
    description: "What gate binds to the sources: https://www.npmjs.com/package/model-gate",
  });

export type WrittenSuite = z.infer<typeof suite>;
export type WrittenConfiguration = z.infer<typeof configurationSchema>;
