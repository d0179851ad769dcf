import type { TreeEdit } from "../../adapters/git/new-commits.ts";
import { commitsOnto } from "../../adapters/git/new-commits.ts";
import { NAMESPACES } from "../../evidence/signature.ts";
import { CONFIGURATION_PATH } from "../../fingerprint/pathspecs.ts";
import type { Manifest } from "../../reports/manifest.ts";
import { type Approval, approvalPath, serialiseApproval } from "../approval-file.ts";
import { timeText } from "../canonical-document.ts";
import { exceptionSignaturePath } from "../exception-files.ts";
import { judgePolicy } from "../policy-problems.ts";
import type { GuardedForgery } from "./attack.ts";
import { put, putConfiguration, refit, remove, treeOf } from "./edits.ts";
import { type GuardedSpecimen, SIGNERS_PATH, signed } from "./guarded.ts";
import { allowedSigner, allowedSigners, type Holder, nameOf } from "./keys.ts";
import { expectEverything } from "./on-expectations.ts";
import { narrowed, skipEverything } from "./on-inputs.ts";

/** The gate is relaxed, by somebody whose key is trusted: the evidence fits, and is signed. */
export const ON_POLICY: readonly GuardedForgery[] = [
  relaxing("narrowed-and-signed", "gate.yaml leaves an input out, and the evidence is made to fit", narrowed),
  relaxing(
    "skips-and-signed",
    "gate.yaml lets every test be skipped, and the evidence is made to fit",
    skipEverything,
  ),
  relaxing(
    "expectations-and-signed",
    "gate.yaml lets every test fail, and the evidence, in which they do, is made to fit",
    expectEverything,
    (manifest) => ({
      ...manifest,
      tests: new Map([...manifest.tests].map(([id, test]) => [id, { ...test, outcome: "xfailed" }])),
    }),
  ),
  relaxing("secrets-off", "gate.yaml no longer has reports searched for secrets", (on) =>
    on.suite.secrets.mode === "off"
      ? null
      : putConfiguration(on, [[["suites", on.suite.name, "secrets"], "off"]]),
  ),
  relaxing("opened-policy", "gate.yaml no longer protects the policy", (on) =>
    putConfiguration(on, [[["policy"], "open"]]),
  ),
  relaxing("ended-signing", "gate.yaml no longer asks for signatures", (on) =>
    putConfiguration(on, [[["signing", "required"], false]]),
  ),
  relaxing("more-waivers", "gate.yaml lets somebody else waive", (on) =>
    putConfiguration(on, [
      [
        ["waivers", "by"],
        [nameOf("trusted"), nameOf("stranger")],
      ],
    ]),
  ),
  relaxing("new-signer", "the change adds somebody to the allowed signers", (on) => {
    const known = allowedSigners(on.keys, on.commit.committedAt);
    return put(SIGNERS_PATH, `${known}${allowedSigner("stranger", on.keys.publicKeys)}`);
  }),
  {
    name: "removed-gate-yaml",
    what: "gate.yaml is taken away",
    level: "policy",
    refusedBy: ["policy-weakened"],
    forge: () => [remove(CONFIGURATION_PATH)],
  },
  approving(
    "approved-by-stranger",
    "the policy is opened with the approval of somebody unknown",
    "stranger",
    (one) => one,
  ),
  approving(
    "approved-otherwise",
    "the policy is opened with the approval of another change",
    "trusted",
    (one) => ({
      ...one,
      change: one.change.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
    }),
  ),
];

function relaxing(
  name: string,
  what: string,
  change: (on: GuardedSpecimen) => TreeEdit | null,
  changeManifest?: (manifest: Manifest) => Manifest,
): GuardedForgery {
  return {
    name,
    what,
    level: "policy",
    refusedBy: ["policy-weakened"],
    forge: async (on) => {
      const edit = change(on);
      return edit === null ? null : signed(on, "trusted", await refit(on, [edit], changeManifest));
    },
  };
}

function approving(
  name: string,
  what: string,
  holder: Holder,
  change: (approval: Approval) => Approval,
): GuardedForgery {
  return {
    name,
    what,
    level: "policy",
    refusedBy: ["policy-weakened", "approval-invalid"],
    forge: async (on) => {
      const opened = await refit(on, [putConfiguration(on, [[["policy"], "open"]])]);
      const approval = change(await approvalOf(on, opened));
      const bytes = Buffer.from(serialiseApproval(approval));
      const path = approvalPath(approval);
      const signature = await on.keys.sign(holder, NAMESPACES.approval, bytes);
      const approved = [put(path, bytes), put(exceptionSignaturePath(path), signature)];
      return signed(on, "trusted", [...opened, ...approved]);
    },
  };
}

async function approvalOf(on: GuardedSpecimen, edits: readonly TreeEdit[]): Promise<Approval> {
  const { repository, commit } = on;
  const at = commit.committedAt;
  const [opened = commit.id] = await commitsOnto(repository, commit.id, [edits], at);
  const head = await treeOf(repository, opened);
  const judged = await judgePolicy(repository, { base: commit.tree, head, trust: null, at });
  if (!judged.ok || judged.value === null) throw new Error("the forged policy is not judged");
  const by = nameOf("trusted");
  return {
    change: judged.value.change,
    weakens: ["the policy"],
    reason: "it is in the way",
    by,
    at: timeText(at),
  };
}
