import type { CommitId } from "../../adapters/git/ids.ts";
import { commitOf, type TreeEdit, withDoubledEntry } from "../../adapters/git/new-commits.ts";
import { renderHashFile } from "../../reports/hash-file.ts";
import type { Forgery } from "./attack.ts";
import { hashPath, move, put, remove, report } from "./edits.ts";
import { lookAlike } from "./look-alikes.ts";
import type { Specimen } from "./specimen.ts";

/** A commit id that nothing is known of, for a submodule. */
const SOME_COMMIT = "5eed".repeat(10);

/** The reports are changed, and the manifest is not. */
export const ON_REPORTS: readonly Forgery[] = [
  {
    name: "edited-log",
    what: "a log says more than it did",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [
      put(report(on, on.log.path), Buffer.concat([on.log.bytes, Buffer.from("all is well\n")])),
    ],
  },
  {
    name: "crlf-log",
    what: "a log has other line ends",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [put(report(on, on.log.path), crlf(on.log.bytes))],
  },
  {
    name: "removed-report",
    what: "a log is taken away",
    level: "ids",
    refusedBy: ["missing-report"],
    forge: (on) => [remove(report(on, on.log.path))],
  },
  {
    name: "removed-evidence",
    what: "all reports are taken away",
    level: "ids",
    refusedBy: ["missing-evidence"],
    forge: (on) => [remove(on.suite.reports)],
  },
  {
    name: "added-report",
    what: "a file lies among the reports that the run did not write",
    level: "ids",
    refusedBy: ["untracked-report"],
    forge: (on) => [put(report(on, `logs/${on.test.directory}/forged.log`), "all is well\n")],
  },
  {
    name: "linked-report",
    what: "a log is a symbolic link, to what its text says",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [put(report(on, on.log.path), on.log.bytes, "120000")],
  },
  {
    name: "linked-directory",
    what: "a test's directory is a symbolic link",
    level: "ids",
    refusedBy: ["missing-report", "untracked-report"],
    forge: (on) => [...withoutLogs(on), put(report(on, `logs/${on.test.directory}`), "elsewhere", "120000")],
  },
  {
    name: "submodule-report",
    what: "a test's directory is a submodule",
    level: "ids",
    refusedBy: ["missing-report", "untracked-report"],
    forge: (on) => [
      ...withoutLogs(on),
      { kind: "submodule", path: report(on, `logs/${on.test.directory}`), commit: someCommit(on) },
    ],
  },
  {
    name: "executable-report",
    what: "a log is executable",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [put(report(on, on.log.path), on.log.bytes, "100755")],
  },
  {
    name: "renamed-test",
    what: "a test's directory bears another name",
    level: "ids",
    refusedBy: ["missing-report", "untracked-report"],
    forge: (on) => [move(report(on, `logs/${on.test.directory}`), report(on, `logs/${on.test.directory}_2`))],
  },
  {
    name: "look-alike-report",
    what: "a report's name has a letter of another alphabet that looks the same",
    level: "ids",
    refusedBy: ["missing-report", "untracked-report"],
    forge: (on) => renamed(on.log.path, lookAlike(on.log.path), on),
  },
  {
    name: "doubled-report",
    what: "a log is in the tree twice, and one of them is edited",
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => doubled(on, report(on, on.log.path), Buffer.from("all is well\n")),
  },
  {
    name: "swapped-hash",
    what: "the hash file names other sources",
    level: "ids",
    refusedBy: ["stale-evidence", "tampered-report"],
    forge: (on) => [put(hashPath(on), renderHashFile(otherDigest(on.manifest.fingerprint), on.suite.name))],
  },
  {
    name: "removed-hash",
    what: "the hash file is taken away",
    level: "ids",
    refusedBy: ["missing-report"],
    forge: (on) => [remove(hashPath(on))],
  },
  ...hashFiles(),
];

/** The hash file has one form, to the byte. */
function hashFiles(): Forgery[] {
  const forms: readonly (readonly [string, string, (line: string) => string])[] = [
    ["crlf-hash", "the hash file ends with CR LF", (line) => line.replace("\n", "\r\n")],
    ["bom-hash", "the hash file begins with a byte order mark", (line) => `\ufeff${line}`],
    ["upper-hash", "the hash file is in capitals", (line) => line.toUpperCase()],
    ["longer-hash", "the hash file has a second line", (line) => `${line}${line}`],
  ];
  return forms.map(([name, what, change]) => ({
    name,
    what,
    level: "ids",
    refusedBy: ["tampered-report"],
    forge: (on) => [put(hashPath(on), change(renderHashFile(on.manifest.fingerprint, on.suite.name)))],
  }));
}

/** The other one is what `git show <commit>:<path>` prints. */
export async function doubled(on: Specimen, path: string, content: Buffer): Promise<CommitId> {
  const { repository, commit } = on;
  const tree = await withDoubledEntry(repository, commit.tree, path, content);
  return commitOf(repository, tree, [commit.id], "", commit.committedAt);
}

function withoutLogs(on: Specimen): TreeEdit[] {
  return [remove(report(on, `logs/${on.test.directory}`))];
}

export function someCommit({ commit }: Specimen): string {
  return SOME_COMMIT.padEnd(commit.id.length, "0");
}

function renamed(path: string, to: string | null, on: Specimen): TreeEdit[] | null {
  return to === null ? null : [move(report(on, path), report(on, to))];
}

export function crlf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
}

/** Another digest that looks as real. */
export function otherDigest(digest: string): string {
  return [...digest].toReversed().join("") === digest ? "0".repeat(64) : [...digest].toReversed().join("");
}
