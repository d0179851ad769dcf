import type { Repository } from "../adapters/git/repository.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import { hasErrors } from "../problem.ts";
import { problemOfFailure } from "./failures.ts";
import { verifySignature } from "./signature.ts";
import { type SuiteRequest, verifySuite } from "./suite.ts";
import type { SigningPolicy } from "./trust.ts";
import type { Subject, SuiteVerification } from "./verification.ts";

/** Everything about one suite, and how far its evidence is believed. `signing` null: nobody can say that. */
export async function believed(
  repository: Repository,
  request: SuiteRequest,
  signing: SigningPolicy | null,
): Promise<SuiteVerification> {
  const [verified, signed] = await Promise.all([
    verifySuite(repository, request),
    signing === null ? null : signatureOf(repository, request.subject, request.judged, signing),
  ]);
  return signed === null ? { ...verified, assurance: null } : withSigner(verified, signed);
}

type Signed = Awaited<ReturnType<typeof verifySignature>>;

async function signatureOf(
  repository: Repository,
  { tree, at }: Subject,
  judged: JudgedSuite,
  policy: SigningPolicy,
): Promise<Signed> {
  try {
    return await verifySignature(repository, tree, judged, policy, at);
  } catch (error) {
    return { assurance: null, signer: null, problems: [problemOfFailure(error, judged.suite.name)] };
  }
}

/** A signature says nothing of evidence that is wrong in itself. */
function withSigner(verified: SuiteVerification, { assurance, signer, problems }: Signed): SuiteVerification {
  const all = [...verified.problems, ...problems];
  return hasErrors(all)
    ? { ...verified, assurance: null, problems: all }
    : { ...verified, assurance, signer, problems: all };
}
