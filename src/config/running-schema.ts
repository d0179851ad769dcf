import { z } from "zod";
import { regularExpression, size, text, timeLimit, variables } from "./scalars.ts";

const PORT = "expected a port, a number from 1 to 65535";
const KEEP = "expected a whole number, 2 or more";
const SERVICE_NAME = "expected a name of lower-case letters, digits and dashes";

const exactlyOne = (value: object) => Object.values(value).filter((one) => one !== undefined).length === 1;

const readiness = z.union([
  z.enum(["tcp", "start"], "expected tcp, start, { http: /path } or { log: expression }"),
  z
    .strictObject({
      http: z
        .string()
        .startsWith("/", 'expected a path such as "/health"')
        .optional()
        .describe("A GET of this path at the port is answered with 2xx."),
      log: regularExpression.optional().describe("A line of its output matches."),
    })
    .refine(exactlyOne, "expected either http or log"),
]);

/** A process that a suite needs running, as it is written in gate.yaml. */
const serviceShape = {
  run: text.describe("Shell command that stays in the foreground. In the fingerprint."),
  port: z
    .int(PORT)
    .min(1, PORT)
    .max(65_535, PORT)
    .optional()
    .describe("Where it listens. In the fingerprint."),
  ready: readiness
    .optional()
    .describe("When it is ready: tcp (the default with a port), start, http or log."),
  env: variables.describe("Environment variables for it. In the fingerprint."),
  model: text.optional().describe("Named in its log's name and on the screen. Not in the fingerprint."),
  domain: text.optional().describe("Named in its log's name. Not in the fingerprint."),
  replace: z
    .boolean()
    .default(false)
    .describe("Whether an instance that listens already is ended first. Not in the fingerprint."),
  timeout: timeLimit.default("5m").describe("How long it may take to be ready. Not in the fingerprint."),
};

export const SERVICE_KEYS: readonly string[] = Object.keys(serviceShape);

const service = z
  .strictObject(serviceShape)
  .refine(
    ({ port, ready }) => port !== undefined || ready === undefined || ready === "start" || isOfLog(ready),
    "expected a port: it is asked there whether it is ready",
  )
  .refine(
    ({ port, replace }) => port !== undefined || !replace,
    "expected a port: replace ends what listens there already",
  );

const isOfLog = (ready: z.infer<typeof readiness>) => typeof ready === "object" && ready.log !== undefined;

/** A second service could never be started where the first one listens. */
export const services = z
  .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, SERVICE_NAME), service)
  .superRefine((all, context) => {
    const taken = new Map<number, string>();
    for (const [name, { port }] of Object.entries(all)) {
      const before = port === undefined ? undefined : taken.get(port);
      if (before !== undefined)
        context.addIssue({
          code: "custom",
          path: [name, "port"],
          message: `expected a port of its own, other than that of ${before}`,
        });
      if (port !== undefined) taken.set(port, name);
    }
  });

const group = z
  .strictObject({
    marker: text.optional().describe("The value of this marker, which a test has before it runs."),
    names: z
      .record(text, text)
      .refine((names) => Object.keys(names).length > 0, "expected at least one name")
      .optional()
      .describe("For each group a glob over test ids; the first counts."),
  })
  .refine(exactlyOne, "expected either marker or names");

export const domains = z.union([
  z.enum(["directory", "file"], "expected directory, file, or a map with marker or names"),
  group,
]);
export const steps = z.union([
  z.enum(["test", "file", "directory"], "expected test, file, directory, or a map with marker or names"),
  group,
]);

export const sessions = z.strictObject({
  keep: z.int(KEEP).min(2, KEEP).default(50).describe("How many of each suite stay. Not in the fingerprint."),
  size: size.default("5GiB").describe("How much those of each suite may take. Not in the fingerprint."),
});

export type WrittenService = z.infer<typeof service>;
export type WrittenGrouping = z.infer<typeof steps>;
