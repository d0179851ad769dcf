import type { TreeEdit } from "../../adapters/git/new-commits.ts";
import { NAMESPACES } from "../../evidence/signature.ts";
import type { ProblemCode } from "../../problem.ts";
import { timeText } from "../canonical-document.ts";
import { exceptionSignaturePath } from "../exception-files.ts";
import { serialiseWaiver, type Waiver, waiverPath } from "../waiver-file.ts";
import type { GuardedForgery } from "./attack.ts";
import { fingerprintAfter, put } from "./edits.ts";
import type { GuardedSpecimen } from "./guarded.ts";
import { type Holder, nameOf } from "./keys.ts";
import { onInput, putAs } from "./on-inputs.ts";

const HOUR = 3_600_000;

/** The sources were not run, and a waiver that does not hold is to let them pass. */
export const ON_WAIVERS: readonly GuardedForgery[] = [
  waiving("waived-otherwise", "the waiver is for other sources", [], "trusted", (waiver, on) => ({
    ...waiver,
    fingerprint: on.manifest.fingerprint,
  })),
  waiving(
    "waived-by-stranger",
    "the waiver is signed by somebody who may not",
    ["waiver-invalid"],
    "stranger",
  ),
  waiving("waived-unsigned", "the waiver is not signed", ["waiver-invalid"], null),
  waiving(
    "waived-before",
    "the waiver ran out an hour before",
    ["waiver-invalid"],
    "trusted",
    (waiver, on) => ({
      ...waiver,
      from: hours(on, -2),
      until: hours(on, -1),
    }),
  ),
  waiving("waived-too-long", "the waiver lasts for years", ["waiver-invalid"], "trusted", (waiver, on) => ({
    ...waiver,
    until: hours(on, 24 * 365 * 3),
  })),
];

function waiving(
  name: string,
  what: string,
  besides: readonly ProblemCode[],
  holder: Holder | null,
  change: (waiver: Waiver, on: GuardedSpecimen) => Waiver = (waiver) => waiver,
): GuardedForgery {
  return {
    name,
    what,
    level: "policy",
    refusedBy: ["stale-evidence", ...besides],
    forge: async (on) => {
      const edits = await onInput(on, ({ path, mode }, bytes) => [
        putAs(path, mode, Buffer.concat([bytes, Buffer.from("\n\n")])),
      ]);
      if (edits === null) return null;
      const { fingerprint } = await fingerprintAfter(on, edits);
      const waiver = change(
        {
          suite: on.suite.name,
          fingerprint,
          reason: "it is in the way",
          by: nameOf("trusted"),
          from: hours(on, -1),
          until: hours(on, 1),
        },
        on,
      );
      return [...edits, ...(await waiverFiles(on, waiver, holder))];
    },
  };
}

async function waiverFiles(on: GuardedSpecimen, waiver: Waiver, holder: Holder | null): Promise<TreeEdit[]> {
  const bytes = Buffer.from(serialiseWaiver(waiver));
  const path = waiverPath(waiver);
  if (holder === null) return [put(path, bytes)];
  const signature = await on.keys.sign(holder, NAMESPACES.waiver, bytes);
  return [put(path, bytes), put(exceptionSignaturePath(path), signature)];
}

function hours({ commit }: GuardedSpecimen, count: number): string {
  return timeText(new Date(commit.committedAt.getTime() + count * HOUR));
}
