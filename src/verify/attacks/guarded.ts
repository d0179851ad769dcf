import { commitHeader } from "../../adapters/git/history.ts";
import { commitsOnto, type TreeEdit } from "../../adapters/git/new-commits.ts";
import { NAMESPACES } from "../../evidence/signature.ts";
import { EXCEPTIONS_DIRECTORY } from "../../fingerprint/pathspecs.ts";
import { signaturePath } from "../../reports/manifest.ts";
import { manifestPlace, put, putConfiguration, refit, report, writtenInputs } from "./edits.ts";
import { allowedSigners, type Holder, type Keys, nameOf, revokedKeys } from "./keys.ts";
import { readSpecimen, type Specimen } from "./specimen.ts";

/** The evidence of the commit as it would be with signatures and a protected policy. */
export interface GuardedSpecimen extends Specimen {
  readonly keys: Keys;
}

/** Never an input of any suite. */
export const SIGNERS_PATH = `${EXCEPTIONS_DIRECTORY}/attack/allowed_signers`;
/** An input of the guarded commit's own: a name that has two Unicode forms, which macOS takes for one. */
export const INPUTS_PATH = "gate-attack";
export const ACCENTED_PATH = `${INPUTS_PATH}/caf\u00e9.txt`;
const REVOKED_PATH = `${EXCEPTIONS_DIRECTORY}/attack/revoked_keys`;

/** A commit on top of the judged one, which trusts the self-test's keys and whose evidence one of them has signed. */
export async function guard(specimen: Specimen, keys: Keys): Promise<GuardedSpecimen> {
  const { repository, commit, suite } = specimen;
  const configured = [
    putConfiguration(specimen, [
      [["policy"], "protected"],
      [["signing"], { "allowed-signers": SIGNERS_PATH, "revoked-keys": REVOKED_PATH, required: true }],
      [["waivers"], { by: [nameOf("trusted")] }],
      [
        ["suites", suite.name, "inputs"],
        [...writtenInputs(specimen), INPUTS_PATH],
      ],
    ]),
    put(ACCENTED_PATH, "forged\n"),
    put(SIGNERS_PATH, allowedSigners(keys, commit.committedAt)),
    put(REVOKED_PATH, revokedKeys(keys)),
  ];
  const edits = await signed({ ...specimen, keys }, "trusted", await refit(specimen, configured));
  const [made = commit.id] = await commitsOnto(repository, commit.id, [edits], commit.committedAt);
  const header = await commitHeader(repository, made);
  if (header === null) throw new Error("the guarded commit is not there");
  return { ...(await readSpecimen(repository, header, suite.name)), keys };
}

export const signatureOf = (specimen: Specimen) => report(specimen, signaturePath(specimen.suite.name));

/** The edits, and a signature over the manifest that they leave. */
export async function signed(
  specimen: GuardedSpecimen,
  holder: Holder,
  edits: readonly TreeEdit[],
  namespace: string = NAMESPACES.manifest,
): Promise<TreeEdit[]> {
  const manifest = edits.findLast((edit) => edit.kind === "put" && edit.path === manifestPlace(specimen));
  const bytes = manifest?.kind === "put" ? manifest.content : specimen.manifestBytes;
  const signature = await specimen.keys.sign(holder, namespace, bytes);
  return [...edits, put(signatureOf(specimen), signature)];
}
