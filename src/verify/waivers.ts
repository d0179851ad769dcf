import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { WaiverPolicy } from "../config/configuration.ts";
import { checkSignature, type Trust } from "../evidence/signature.ts";
import { EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { type ExceptionFile, exceptionFiles, WAIVERS } from "./exception-files.ts";
import { spanText } from "./policy.ts";
import type { WaiverFacts } from "./verification.ts";
import { isWaivable } from "./waive.ts";
import { parseWaiver, type Waiver, waiverName } from "./waiver-file.ts";

/** By what a waiver is judged: the base's policy and its signers, where there is a base. */
export interface WaiverRules {
  readonly policy: WaiverPolicy;
  readonly trust: Trust | null;
  readonly at: Date;
}

export interface WaivableSuite {
  readonly name: string;
  readonly fingerprint: string;
  readonly problems: readonly Problem[];
}

export interface FoundWaivers {
  /** Those that hold, by suite. */
  readonly waivers: ReadonlyMap<string, WaiverFacts>;
  readonly problems: readonly Problem[];
}

/** The waivers of a tree that are in force for the fingerprints which its suites have now. */
export async function readWaivers(
  repository: Repository,
  tree: TreeId,
  rules: WaiverRules & { readonly suites: readonly WaivableSuite[] },
): Promise<FoundWaivers> {
  const { files, problems: complaints } = await exceptionFiles(repository, tree, WAIVERS);
  const problems: Problem[] = [...complaints];
  const waivers = new Map<string, WaiverFacts>();
  for (const file of files) {
    const waiver = readWaiver(file);
    if (!waiver.ok) {
      problems.push(waiver.error);
      continue;
    }
    const suite = rules.suites.find(({ name }) => name === waiver.value.suite);
    // Whatever was waived once is history.
    if (suite?.fingerprint !== waiver.value.fingerprint) continue;
    const judged = await judgeWaiver(repository, rules, file, waiver.value);
    if (judged.ok) waivers.set(suite.name, judged.value);
    else problems.push(unlessNeeded(judged.error, waiver.value, rules.at, suite));
  }
  const { atOnce } = rules.policy;
  if (waivers.size <= atOnce) return { waivers, problems };
  return { waivers: new Map(), problems: [...problems, tooMany(waivers.size, atOnce)] };
}

/** A waiver that ran out where nobody needs it any more is litter and no harm. */
function unlessNeeded(one: Problem, { until }: Waiver, at: Date, suite: WaivableSuite): Problem {
  const litter = Date.parse(until) <= at.getTime() && !suite.problems.some(isWaivable);
  return litter ? { ...one, severity: "warning" } : one;
}

export function tooMany(count: number, atOnce: number): Problem {
  return problem(
    "waiver-invalid",
    `${count} ${count === 1 ? "waiver" : "waivers"} would be in force at once; the policy allows ${atOnce}. None counts.`,
    {
      path: `${EXCEPTIONS_DIRECTORY}/${WAIVERS.folder}`,
      hint: "Record evidence for one of the suites (gate run), or take its waiver away (git rm).",
    },
  );
}

export function readWaiver(file: Pick<ExceptionFile, "name" | "path" | "bytes">): Result<Waiver, Problem> {
  const waiver = parseWaiver(file.bytes);
  if (!waiver.ok) return err(invalid(file.path, null, `cannot be read: ${waiver.error}`));
  if (waiverName(waiver.value) === file.name) return waiver;
  return err(
    invalid(
      file.path,
      waiver.value.suite,
      `bears another name than it has to: ${waiverName(waiver.value)}.json`,
    ),
  );
}

/** Why a waiver does not hold, as the rest of a sentence that begins with its name. */
interface Refusal {
  readonly what: string;
  /** null: what always helps. */
  readonly hint: string | null;
}

/** Whether a waiver of the right fingerprint holds: its time, how long it lasts, and who signed it. */
export async function judgeWaiver(
  repository: Repository,
  rules: WaiverRules,
  file: Pick<ExceptionFile, "path" | "bytes" | "signature">,
  waiver: Waiver,
): Promise<Result<WaiverFacts, Problem>> {
  const untimely = untimeliness(waiver, rules);
  if (untimely !== null) return err(invalid(file.path, waiver.suite, untimely));
  const signer = await waiverSigner(repository, rules, file);
  if (!signer.ok) return err(invalid(file.path, waiver.suite, signer.error.what, signer.error.hint));
  return ok({
    reason: waiver.reason,
    until: waiver.until,
    by: signer.value ?? waiver.by,
    signed: signer.value !== null,
    path: file.path,
  });
}

function untimeliness({ from, until }: Waiver, { at, policy: { longestMs } }: WaiverRules): string | null {
  const [start, end] = [Date.parse(from), Date.parse(until)];
  if (end - start > longestMs) return `lasts longer than the policy allows, ${spanText(longestMs)}`;
  // asked so that a time that is none is a no
  if (!(at.getTime() >= start)) return `is in force from ${from} on, not yet`;
  return at.getTime() < end ? null : `ended ${until}`;
}

/** The trusted signer whom the policy lets waive; null where anyone may, and no signature can be checked. */
export async function waiverSigner(
  repository: Repository,
  { policy, trust, at }: WaiverRules,
  { bytes, signature }: Pick<ExceptionFile, "bytes" | "signature">,
): Promise<Result<string | null, Refusal>> {
  const anyone = policy.by.length === 0;
  const refuse = (what: string, hint: string | null = null) => err({ what, hint });
  const only = `the policy lets only ${policy.by.join(", ")} waive`;
  if (signature === null) return anyone ? ok(null) : refuse(`is not signed; ${only}`);
  if (trust === null) {
    const hint = "Name the branch whose signing: says who is trusted:  gate verify --base <base>";
    return anyone ? ok(null) : refuse("is signed, and nobody is named whose signature counts", hint);
  }
  const checked = await checkSignature(repository, trust, "waiver", bytes, signature, at, policy.by);
  if (checked.kind === "untrusted") {
    return refuse(`has a signature that is not trusted: ${checked.reason}`, checked.hint);
  }
  if (anyone || policy.by.includes(checked.signer)) return ok(checked.signer);
  return refuse(`is signed by ${checked.signer}; ${only}`);
}

function invalid(path: string, suite: string | null, what: string, hint: string | null = null): Problem {
  const usual =
    suite === null
      ? `Take it away:  git rm ${shellWord(path)}*`
      : `Record evidence:  gate run ${suite},  or waive again:  gate waive ${suite} --reason … --until …`;
  return problem("waiver-invalid", `the waiver ${path} ${what}.`, { path, suite, hint: hint ?? usual });
}
