import type { Manifest, ManifestTest } from "../../reports/manifest.ts";
import { serialiseManifest, signaturePath } from "../../reports/manifest.ts";
import { matchesTestId } from "../../suite/wildcard.ts";
import type { Forgery } from "./attack.ts";
import { manifestPlace, put, putManifest, putManifestText, remove, rewrite } from "./edits.ts";
import { crlf, doubled, otherDigest } from "./on-reports.ts";
import type { Specimen } from "./specimen.ts";

/** The manifest says something else than the run did. */
export const ON_MANIFEST: readonly Forgery[] = [
  {
    name: "edited-verdict",
    what: "the manifest says passed, and a test that it lists failed",
    level: "ids",
    refusedBy: ["manifest-invalid", "verdict-not-accepted"],
    forge: (on) => [putManifest(on, withOutcome(on, "failed"))],
  },
  {
    name: "edited-outcome",
    what: "a test was skipped, and nobody has declared that it may be",
    level: "ids",
    refusedBy: ["verdict-not-accepted"],
    forge: (on) =>
      on.suite.skips.some(({ match }) => matchesTestId(on.test.id, match))
        ? null
        : [putManifest(on, withOutcome(on, "skipped"))],
  },
  {
    name: "refused-verdict",
    what: "the evidence of a run that failed is committed as it is",
    level: "ids",
    refusedBy: ["verdict-not-accepted"],
    forge: (on) => [putManifest(on, (manifest) => ({ ...manifest, verdict: "failed" }))],
  },
  {
    name: "no-tests",
    what: "no test is left in the manifest",
    level: "ids",
    refusedBy: ["verdict-not-accepted"],
    forge: (on) => rewrite(on, testsAway(on), (manifest) => ({ ...manifest, tests: new Map() })),
  },
  {
    name: "removed-test",
    what: "a test's reports are taken out of tree and manifest",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => rewrite(on, new Map(on.test.paths.map((path) => [path, null]))),
  },
  {
    name: "removed-result",
    what: "a test is taken out of the manifest, and its reports are not",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) =>
      on.manifest.tests.size < 2 ? null : [putManifest(on, (manifest) => withoutTest(manifest, on.test.id))],
  },
  {
    name: "other-fingerprint",
    what: "the manifest names other sources than the hash file",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [
      putManifest(on, (manifest) => ({ ...manifest, fingerprint: otherDigest(manifest.fingerprint) })),
    ],
  },
  {
    name: "other-suite",
    what: "the manifest is another suite's",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [putManifest(on, (manifest) => ({ ...manifest, suite: `${manifest.suite}-2` }))],
  },
  {
    name: "miscounted-inputs",
    what: "the manifest counts other inputs",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [
      putManifest(on, ({ inputs, ...rest }) => ({ ...rest, inputs: { ...inputs, files: inputs.files + 1 } })),
    ],
  },
  {
    name: "miscounted-sessions",
    what: "the manifest hides how an earlier session ended",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [
      putManifest(on, ({ sessions, ...rest }) => ({
        ...rest,
        sessions: { ...sessions, earlier: sessions.earlier + 1 },
      })),
    ],
  },
  {
    name: "unlisted-summary",
    what: "the summary is in neither tree nor manifest",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => rewrite(on, new Map([[`${on.suite.name}-latest.txt`, null]])),
  },
  {
    name: "leading-path",
    what: "the manifest lists what lies outside the reports",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [
      putManifest(on, (manifest) => {
        const [digest] = manifest.reports.values();
        if (digest === undefined) return manifest;
        return { ...manifest, reports: new Map(manifest.reports).set("../README.md", digest) };
      }),
    ],
  },
  {
    name: "removed-manifest",
    what: "the manifest is taken away",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [remove(manifestPlace(on))],
  },
  {
    name: "linked-manifest",
    what: "the manifest is a symbolic link",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [put(manifestPlace(on), on.manifestBytes, "120000")],
  },
  {
    name: "executable-manifest",
    what: "the manifest is executable",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [put(manifestPlace(on), on.manifestBytes, "100755")],
  },
  {
    name: "doubled-manifest",
    what: "the manifest is in the tree twice, and one of them says something else",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => {
      const other = serialiseManifest({ ...on.manifest, recordedBy: { name: "Somebody Else" } });
      return doubled(on, manifestPlace(on), Buffer.from(other));
    },
  },
  {
    name: "odd-signature",
    what: "something that is no signature lies where the signature would",
    level: "ids",
    refusedBy: ["untrusted-signer"],
    forge: (on) => [put(`${on.suite.reports}/${signaturePath(on.suite.name)}`, "signed by me\n")],
  },
  {
    name: "crlf-manifest",
    what: "the manifest has other line ends",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [put(manifestPlace(on), crlf(on.manifestBytes))],
  },
  ...texts(),
];

/** The manifest says the same in another form: one content has one form. */
function texts(): Forgery[] {
  const forms: readonly (readonly [string, string, (text: string) => string])[] = [
    [
      "duplicate-keys",
      "the manifest says verdict twice",
      (text) => text.replace("{", '{\n  "verdict": "failed",'),
    ],
    ["reordered-manifest", "the manifest's members stand in another order", reordered],
    ["dense-manifest", "the manifest has other blanks", (text) => JSON.stringify(JSON.parse(text))],
    [
      "other-schema",
      "the manifest is of a version that this gate does not know",
      (text) => text.replace("gate/manifest@1", "gate/manifest@2"),
    ],
    [
      "unknown-member",
      "the manifest has a member more",
      (text) => text.replace("{", '{\n  "approved": true,'),
    ],
    ["trailing-bytes", "bytes follow the manifest", (text) => `${text}\n{"verdict": "passed"}\n`],
    ["bom-manifest", "the manifest begins with a byte order mark", (text) => `\ufeff${text}`],
    [
      "escaped-manifest",
      "the manifest writes a letter as \\u0070",
      (text) => text.replace('"passed"', '"\\u0070assed"'),
    ],
  ];
  return forms.map(([name, what, change]) => ({
    name,
    what,
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => [putManifestText(on, change)],
  }));
}

function reordered(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return text;
  return `${JSON.stringify(Object.fromEntries(Object.entries(value).toReversed()), null, 2)}\n`;
}

export function withOutcome({ test }: Specimen, outcome: ManifestTest["outcome"]) {
  return (manifest: Manifest): Manifest => {
    const known = manifest.tests.get(test.id) ?? { duration: null, message: null, reads: null };
    return { ...manifest, tests: new Map(manifest.tests).set(test.id, { ...known, outcome }) };
  };
}

export function withoutTest(manifest: Manifest, id: string): Manifest {
  return { ...manifest, tests: new Map([...manifest.tests].filter(([one]) => one !== id)) };
}

function testsAway({ manifest }: Specimen): ReadonlyMap<string, null> {
  const paths = [...manifest.reports.keys()].filter((path) =>
    /\.puml$|^logs\/.*\/metadata\.json$/.test(path),
  );
  return new Map(paths.map((path) => [path, null]));
}
