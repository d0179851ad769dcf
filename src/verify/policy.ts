import type {
  Configuration,
  DeclaredSkip,
  ExpectedFailure,
  NormaliseSettings,
  Suite,
} from "../config/configuration.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { sameDeclaration } from "../judgement/configuration.ts";
import { canNameFile } from "../suite/expected-failures.ts";
import { coversTestIds } from "../suite/wildcard.ts";
import { secretWeakenings } from "./policy-secrets.ts";

/** One way in which a change relaxes the gate. */
export interface Weakening {
  readonly suite: string | null;
  /** What it means, as a sentence. */
  readonly message: string;
  readonly path: string;
  /** Known where the file has a line for it. */
  readonly line: number | null;
  /** Where in gate.yaml to look for the line. */
  readonly keys: readonly PropertyKey[];
  /** It carries the signature of somebody whom the base's policy lets do this: no approval is needed. */
  readonly allowed: boolean;
}

type Details = Partial<Pick<Weakening, "suite" | "path" | "line" | "keys" | "allowed">>;

export function weakening(message: string, details: Details = {}): Weakening {
  const { suite = null, path = CONFIGURATION_PATH, line = null, keys = [], allowed = false } = details;
  return { suite, message, path, line, keys, allowed };
}

/** What has become of a suite of the base: null where nothing has taken its place. */
export interface SuitePair {
  readonly before: Suite;
  readonly after: Suite | null;
}

/** Suites by name; one that is gone is followed to a new one that declares the same. */
export function pairSuites(base: Configuration, head: Configuration): readonly SuitePair[] {
  const added = head.suites.filter(({ name }) => base.suites.every((one) => one.name !== name));
  return base.suites.map((before) => ({
    before,
    after:
      head.suites.find(({ name }) => name === before.name) ??
      added.find((one) => sameDeclaration(one, before)) ??
      null,
  }));
}

/** How gate.yaml itself relaxes the gate. Which files are inputs is a matter of the tree, and judged apart. */
export function weakenings(base: Configuration, head: Configuration): readonly Weakening[] {
  return [
    ...(base.policy === "protected" && head.policy === "open"
      ? [
          weakening("policy: protected is gone: a change may relax the gate unapproved.", {
            keys: ["policy"],
          }),
        ]
      : []),
    ...signingWeakenings(base.signing, head.signing),
    ...waiverWeakenings(base.waivers, head.waivers),
    ...pairSuites(base, head).flatMap(suiteWeakenings),
  ];
}

function signingWeakenings(base: Configuration["signing"], head: Configuration["signing"]): Weakening[] {
  if (base === null) return [];
  if (head === null) return [weakening("signing is gone: nobody has to sign evidence any more.")];
  const found: Weakening[] = [];
  const say = (message: string, key: string) => found.push(weakening(message, { keys: ["signing", key] }));
  if (base.required && !head.required)
    say("signing is not required any more: unsigned evidence passes.", "required");
  if (base.allowedSigners !== head.allowedSigners) {
    say(
      `the signers are read from ${head.allowedSigners}, no longer from ${base.allowedSigners}.`,
      "allowed-signers",
    );
  }
  if (base.revokedKeys !== null && base.revokedKeys !== head.revokedKeys) {
    const now = head.revokedKeys === null ? "from nowhere" : `from ${head.revokedKeys}`;
    say(`the revoked keys are read ${now}, no longer from ${base.revokedKeys}.`, "revoked-keys");
  }
  return found;
}

function waiverWeakenings(base: Configuration["waivers"], head: Configuration["waivers"]): Weakening[] {
  const found: Weakening[] = [];
  const say = (message: string, key: string) => found.push(weakening(message, { keys: ["waivers", key] }));
  const more = head.by.filter((name) => !base.by.includes(name));
  if (base.by.length > 0 && head.by.length === 0) say("anyone may waive a suite, unsigned too.", "by");
  else if (base.by.length > 0 && more.length > 0) say(`${more.join(", ")} may waive a suite now.`, "by");
  if (head.atOnce > base.atOnce)
    say(`${head.atOnce} waivers may be in force at once, ${base.atOnce} until now.`, "at-once");
  if (head.longestMs > base.longestMs)
    say(`a waiver may last ${spanText(head.longestMs)}, ${spanText(base.longestMs)} until now.`, "longest");
  return found;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** `14 days`, `36 h`, `90 s`: the largest unit that says it exactly. */
export function spanText(milliseconds: number): string {
  if (milliseconds % DAY === 0) return milliseconds === DAY ? "1 day" : `${milliseconds / DAY} days`;
  if (milliseconds % HOUR === 0) return `${milliseconds / HOUR} h`;
  return milliseconds % 60_000 === 0 ? `${milliseconds / 60_000} min` : `${milliseconds / 1000} s`;
}

function suiteWeakenings({ before, after }: SuitePair): Weakening[] {
  const { name } = before;
  if (after === null) {
    return [
      weakening(`the suite ${name} is gone: nothing runs it any more.`, { suite: name, keys: ["suites"] }),
    ];
  }
  const say = (message: string, ...keys: PropertyKey[]) =>
    weakening(message, { suite: name, keys: ["suites", after.name, ...keys] });
  return [
    ...(after.name === name
      ? []
      : [say(`the suite ${name} is called ${after.name} now: what asks for it by name finds nothing.`)]),
    ...(before.gpu === "required" && after.gpu !== "required"
      ? [say(`gpu: ${after.gpu} accepts evidence from a machine without a GPU.`, "gpu")]
      : []),
    ...(before.flaky === "refuse" && after.flaky === "accept"
      ? [say("flaky: accept takes a test that passed on retry for passed.", "flaky")]
      : []),
    ...(before.leaks === "error" && after.leaks === "warn"
      ? [say("leaks: warn accepts a run that left files in the repository.", "leaks")]
      : []),
    ...(before.results === after.results
      ? []
      : [
          say(
            `the results are read from ${resultsText(after)} now, and no longer from ${resultsText(before)}.`,
            "results",
          ),
        ]),
    ...observationWeakenings(before, after).map(({ message, key }) => say(message, key)),
    ...before.pins
      .filter((pin) => !after.pins.includes(pin))
      .map((pin) => say(`${pin} pins nothing any more: what it names may change unseen.`, "pins")),
    ...newSkips(before.skips, after.skips).map(({ skip, index }) =>
      say(
        `tests that match ${JSON.stringify(skip.match)} may be skipped now (${skip.reason}).`,
        "skips",
        index,
      ),
    ),
    ...newExpectedFailures(before.expectedFailures, after.expectedFailures).map(({ message, index }) =>
      say(message, "expected-failures", index),
    ),
    ...normaliseWeakenings(before.normalise, after.normalise).map(({ message, keys }) =>
      say(message, ...keys),
    ),
    ...secretWeakenings(before.secrets, after.secrets).map(({ message, keys }) => say(message, ...keys)),
  ];
}

const resultsText = ({ results }: Suite) => results ?? "the runner's events";

/** What a run is seen to read is judged by these alone: no fingerprint changes with them. */
function observationWeakenings(
  before: Suite,
  after: Suite,
): { readonly message: string; readonly key: string }[] {
  return [
    {
      relaxed: before.undeclaredInputs === "error" && after.undeclaredInputs === "warn",
      message: "undeclared-inputs: warn accepts a run that read files which are no inputs.",
      key: "undeclared-inputs",
    },
    {
      relaxed: before.patternTests === "error" && after.patternTests === "allow",
      message: "pattern-tests: allow accepts tests that executed no production file.",
      key: "pattern-tests",
    },
    {
      relaxed: before.observe && !after.observe,
      message: "observe: false accepts a run of which nobody saw what it read, and from where.",
      key: "observe",
    },
  ].filter(({ relaxed }) => relaxed);
}

/** A narrower glob under a declared one lets nothing more be skipped. */
function newSkips(before: readonly DeclaredSkip[], after: readonly DeclaredSkip[]) {
  return after
    .map((skip, index) => ({ skip, index }))
    .filter(({ skip }) => !before.some((known) => coversTestIds(skip.match, known.match)));
}

/** Another test may fail, or one may fail for longer. */
function newExpectedFailures(before: readonly ExpectedFailure[], after: readonly ExpectedFailure[]) {
  return after.flatMap((entry, index) => {
    const { match, until, reason } = entry;
    // A file that cannot be loaded fails as expected only where it is named itself.
    const known = before.filter((one) =>
      canNameFile(entry) ? one.match === match : coversTestIds(match, one.match),
    );
    const which = `tests that match ${JSON.stringify(match)}`;
    if (known.length === 0) return [{ message: `${which} may fail now (${reason}).`, index }];
    if (known.some((one) => !endsBefore(one.until, until))) return [];
    const last = known
      .map((one) => one.until)
      .toSorted()
      .at(-1);
    const now = until === null ? "without an end" : `until ${until}`;
    return [{ message: `${which} may fail ${now}, until ${last} so far.`, index }];
  });
}

/** null: it never ends. */
function endsBefore(until: string | null, other: string | null): boolean {
  return until !== null && (other === null || until < other);
}

interface NormaliseWeakening {
  readonly message: string;
  readonly keys: readonly PropertyKey[];
}

function normaliseWeakenings(before: NormaliseSettings, after: NormaliseSettings): NormaliseWeakening[] {
  const on = before.off
    .filter((rule) => !after.off.includes(rule))
    .map((rule) => ({
      message: `the rule ${rule} takes text out of the reports again.`,
      keys: ["normalise", "off"],
    }));
  const rules = after.rules.flatMap(({ match, replace }, index) =>
    before.rules.some((known) => known.match === match && known.replace === replace)
      ? []
      : [
          {
            message: `a new rule writes ${JSON.stringify(replace)} over what matches /${match}/ in the reports.`,
            keys: ["normalise", "rules", index],
          },
        ],
  );
  return [...on, ...rules];
}
