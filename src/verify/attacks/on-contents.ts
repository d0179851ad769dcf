import { blobIdOf } from "../../adapters/git/trees.ts";
import type { Forgery } from "./attack.ts";
import { move, put, putManifest, report, rewrite } from "./edits.ts";
import { withOutcome, withoutTest } from "./on-manifest.ts";
import { otherDigest } from "./on-reports.ts";
import type { Specimen } from "./specimen.ts";

/** What the manifest lists fits what is there; what is written in it does not. Seen with `--deep`. */
export const ON_CONTENTS: readonly Forgery[] = [
  {
    name: "relisted-log",
    what: "a log is edited and its blob id corrected, its SHA-256 not",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => {
      const { path } = on.log;
      const content = Buffer.concat([on.log.bytes, Buffer.from("all is well\n")]);
      const blob = blobIdOf(on.repository, content);
      const relisted = putManifest(on, (manifest) => {
        const sha256 = manifest.reports.get(path)?.sha256 ?? otherDigest("0".repeat(64));
        return {
          ...manifest,
          reports: new Map(manifest.reports).set(path, { mode: "100644", blob, sha256 }),
        };
      });
      return [put(report(on, path), content), relisted];
    },
  },
  {
    name: "edited-metadata",
    what: "a test's metadata.json says failed, and the manifest passed",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) =>
      edited(on, "metadata", (text) =>
        text.replace(`"outcome": "${on.test.outcome}"`, '"outcome": "failed"'),
      ),
  },
  {
    name: "edited-passed",
    what: "a test's metadata.json contradicts itself",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => edited(on, "metadata", (text) => text.replace(/"passed": \w+/, contradicted)),
  },
  {
    name: "no-metadata",
    what: "a test's metadata.json is something else",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => edited(on, "metadata", () => "{}\n"),
  },
  {
    name: "edited-diagram",
    what: "a test's diagram ends as the test did not",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) =>
      edited(on, "diagram", (text) => text.replace(`\n== ${on.test.outcome} ==\n`, "\n== failed ==\n")),
  },
  {
    name: "edited-summary",
    what: "the summary counts another test",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => {
      const summary = on.summary.toString("utf8").replace(/^(\d+)/m, (count) => `${Number(count) + 1}`);
      return rewrite(on, new Map([[`${on.suite.name}-latest.txt`, summary]]));
    },
  },
  {
    name: "moved-test",
    what: "a test's reports bear another test's name, in the manifest too",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => {
      const elsewhere = (path: string) =>
        path === on.test.diagram.path
          ? `${on.test.directory}_2.puml`
          : path.replace(`logs/${on.test.directory}/`, `logs/${on.test.directory}_2/`);
      const relisted = putManifest(on, (manifest) => ({
        ...manifest,
        reports: new Map(
          [...manifest.reports].map(([path, digest]) => [
            on.test.paths.includes(path) ? elsewhere(path) : path,
            digest,
          ]),
        ),
      }));
      return [...on.test.paths.map((path) => move(report(on, path), report(on, elsewhere(path)))), relisted];
    },
  },
  {
    name: "renamed-result",
    what: "the manifest names another test than the one that was run",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => [
      putManifest(on, (manifest) => {
        const known = manifest.tests.get(on.test.id);
        const others = withoutTest(manifest, on.test.id);
        if (known === undefined) return manifest;
        return { ...others, tests: new Map(others.tests).set(`${on.test.id}_2`, known) };
      }),
    ],
  },
  {
    name: "excused-failure",
    what: "the manifest takes a test for one that may fail",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => (on.test.outcome === "xfailed" ? null : [putManifest(on, withOutcome(on, "xfailed"))]),
  },
  {
    name: "forgotten-test",
    what: "a test is gone from tree and manifest, and the summary still counts it",
    level: "contents",
    refusedBy: ["tampered-report"],
    forge: (on) => {
      if (on.manifest.tests.size < 2) return null;
      const away = new Map(on.test.paths.map((path) => [path, null]));
      return rewrite(on, away, (manifest) => withoutTest(manifest, on.test.id));
    },
  },
];

function edited(on: Specimen, what: "metadata" | "diagram", change: (text: string) => string) {
  const { path, bytes } = on.test[what];
  const text = bytes.toString("utf8");
  const changed = change(text);
  return changed === text ? null : rewrite(on, new Map([[path, changed]]));
}

function contradicted(said: string): string {
  return said.endsWith("true") ? '"passed": false' : '"passed": true';
}
