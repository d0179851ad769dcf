import type { Manifest } from "../../reports/manifest.ts";
import { matchesTestId } from "../../suite/wildcard.ts";
import type { Rewriting } from "./attack.ts";
import { refit, rewrite, rewrittenSummary } from "./edits.ts";
import { onInput, putAs } from "./on-inputs.ts";
import { withoutTest } from "./on-manifest.ts";
import type { Specimen } from "./specimen.ts";

/** An expected failure that names no test any more tells of the one that is gone. */
function isMissed({ suite }: Specimen, { tests }: Manifest): boolean {
  return suite.expectedFailures.some(
    ({ match }) => ![...tests.keys()].some((id) => matchesTestId(id, match)),
  );
}

/** Forgeries that agree with themselves. Whoever can commit can make them of unsigned evidence. */
export const REWRITINGS: readonly Rewriting[] = [
  {
    name: "rewritten-log",
    what: "a log is edited, and the manifest with it",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) =>
      rewrite(on, new Map([[on.log.path, Buffer.concat([on.log.bytes, Buffer.from("all is well\n")])]])),
  },
  {
    name: "rewritten-test",
    what: "a test is taken out everywhere",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => {
      const left = withoutTest(on.manifest, on.test.id);
      if (left.tests.size === 0 || isMissed(on, left)) return null;
      const summary: readonly (readonly [string, string | null])[] = [
        [`${on.suite.name}-latest.txt`, rewrittenSummary(on, left)],
      ];
      const away = on.test.paths.map((path): readonly [string, null] => [path, null]);
      return rewrite(on, new Map([...away, ...summary]), (manifest) => withoutTest(manifest, on.test.id));
    },
  },
  {
    name: "rewritten-fingerprint",
    what: "an input is edited, and the old evidence says that it was run",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: async (on) => {
      const edits = await onInput(on, ({ path, mode }, bytes) => [
        putAs(path, mode, Buffer.concat([bytes, Buffer.from("\n")])),
      ]);
      return edits === null ? null : refit(on, edits);
    },
  },
  {
    name: "rewritten-machine",
    what: "the manifest names a machine that the run did not have",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) =>
      rewrite(on, new Map(), (manifest) => ({
        ...manifest,
        machine: { ...manifest.machine, gpus: [{ name: "RTX 9090", driver: "1.0", memoryMiB: 98_304 }] },
      })),
  },
  {
    name: "rewritten-author",
    what: "the manifest says that somebody else recorded it",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) =>
      rewrite(on, new Map(), (manifest) => ({ ...manifest, recordedBy: { name: "Somebody Else" } })),
  },
  {
    name: "rewritten-attempts",
    what: "the manifest counts no session before this one, or one more",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) =>
      rewrite(on, new Map(), (manifest) => ({
        ...manifest,
        sessions:
          manifest.sessions.earlier > 0
            ? { earlier: 0, verdicts: new Map() }
            : { earlier: 1, verdicts: new Map([["passed", 1]]) },
      })),
  },
  {
    name: "invented-report",
    what: "a file is added to the reports and to the manifest",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => rewrite(on, new Map([[`logs/${on.test.directory}/invented.log`, "all is well\n"]])),
  },
];
