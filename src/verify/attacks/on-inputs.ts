import { join } from "node:path";
import { writeAtomically } from "../../adapters/files/files.ts";
import { commitOf, replaceObject, type TreeEdit, turnedRound } from "../../adapters/git/new-commits.ts";
import { readSmallBlobs } from "../../adapters/git/small-blobs.ts";
import type { TreeEntry } from "../../adapters/git/trees.ts";
import { CONFIGURATION_PATH } from "../../fingerprint/pathspecs.ts";
import type { Forgery } from "./attack.ts";
import { move, put, putConfiguration, remove, treeOf, writtenInputs } from "./edits.ts";
import { lookAlike } from "./look-alikes.ts";
import { crlf, doubled, someCommit } from "./on-reports.ts";
import type { Specimen } from "./specimen.ts";

/** The sources are others than those that were run: old evidence lies on new inputs. */
export const ON_INPUTS: readonly Forgery[] = [
  {
    name: "replayed-evidence",
    what: "an input is edited, and the evidence of the sources before is kept",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => onInput(on, ({ path, mode }, bytes) => [putAs(path, mode, Buffer.concat([bytes, LINE]))]),
  },
  {
    name: "crlf-input",
    what: "an input has other line ends",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => onInput(on, ({ path, mode }, bytes) => [putAs(path, mode, crlf(bytes))]),
  },
  {
    name: "removed-input",
    what: "an input is taken away",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: ({ inputs: [input] }) => (input === undefined ? null : [remove(input.path)]),
  },
  {
    name: "input-mode",
    what: "an input is executable, or no longer",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) =>
      onInput(on, ({ path, mode }, bytes) => [put(path, bytes, mode === "100755" ? "100644" : "100755")]),
  },
  {
    name: "linked-input",
    what: "an input is a symbolic link, to what its text says",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => onInput(on, ({ path }, bytes) => [put(path, bytes, "120000")]),
  },
  {
    name: "look-alike-input",
    what: "an input's name has a letter of another alphabet that looks the same",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: ({ inputs }) => renamed(inputs, lookAlike),
  },
  {
    name: "submodule-bump",
    what: "a submodule among the inputs is another one, and ignore = all hides it",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => {
      const path = on.submodules[0]?.path ?? on.inputs[0]?.path;
      if (path === undefined) return null;
      return [
        ...(on.submodules.length > 0 ? [] : [remove(path)]),
        { kind: "submodule", path, commit: someCommit(on) },
        put(".gitmodules", hiding(path)),
      ];
    },
    afterwards: async ({ repository, submodules, inputs }) => {
      const path = submodules[0]?.path ?? inputs[0]?.path ?? "";
      await writeAtomically(join(repository.directory, ".gitmodules"), hiding(path));
    },
  },
  {
    name: "replaced-objects",
    what: "an input is edited, and a replace ref shows the old one",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => onInput(on, ({ path, mode }, bytes) => [putAs(path, mode, Buffer.concat([LINE, bytes]))]),
    afterwards: async ({ repository, commit }, forged) => {
      await replaceObject(repository, await treeOf(repository, forged), commit.tree);
      await replaceObject(repository, forged, commit.id);
    },
  },
  {
    name: "narrowed-inputs",
    what: "gate.yaml leaves an input out",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => {
      const edit = narrowed(on);
      return edit === null ? null : [edit];
    },
  },
  {
    name: "other-command",
    what: "gate.yaml runs something else",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => [putConfiguration(on, [[["suites", on.suite.name, "run"], `${on.suite.run} || true`]])],
  },
  {
    name: "declared-skip",
    what: "gate.yaml lets every test be skipped",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) => {
      const edit = skipEverything(on);
      return edit === null ? null : [edit];
    },
  },
  {
    name: "linked-gate-yaml",
    what: "gate.yaml is a symbolic link",
    level: "ids",
    refusedBy: ["config-not-a-file"],
    forge: (on) => [put(CONFIGURATION_PATH, on.configurationBytes, "120000")],
  },
  {
    name: "turned-tree",
    what: "the tree has its entries the wrong way round, which hides some of them from git",
    level: "ids",
    refusedBy: ["git-failed"],
    forge: async ({ repository, commit }) => {
      const tree = await turnedRound(repository, commit.tree);
      return commitOf(repository, tree, [commit.id], "", commit.committedAt);
    },
  },
  {
    name: "doubled-gate-yaml",
    what: "gate.yaml is in the tree twice, and one of them says something else",
    level: "ids",
    refusedBy: ["config-not-a-file"],
    forge: (on) => doubled(on, CONFIGURATION_PATH, Buffer.from("version: 1\n")),
  },
  {
    name: "unread-gate-yaml",
    what: "gate.yaml cannot be read",
    level: "ids",
    refusedBy: ["config-invalid"],
    forge: (on) => [
      put(CONFIGURATION_PATH, Buffer.concat([on.configurationBytes, Buffer.from("\nverify: no\n")])),
    ],
  },
];

function hiding(path: string): string {
  return `[submodule "forged"]\n\tpath = ${path}\n\turl = ./forged\n\tignore = all\n`;
}

const LINE = Buffer.from("\n# forged\n");

/** null where there are no two inputs. */
export function narrowed(on: Specimen): TreeEdit | null {
  const away = on.inputs.find(({ path }) => /^[\w./-]+$/.test(path));
  if (on.inputs.length < 2 || away === undefined) return null;
  return putConfiguration(on, [
    [
      ["suites", on.suite.name, "inputs"],
      [...writtenInputs(on), `!${away.path}`],
    ],
  ]);
}

/** null where every test may be skipped already. */
export function skipEverything(on: Specimen): TreeEdit | null {
  if (on.suite.skips.some(({ match }) => match === "*")) return null;
  return putConfiguration(on, [[["suites", on.suite.name, "skips"], [{ match: "*", reason: "later" }]]]);
}

/** Something done to an input of bearable size, with line ends where one has them. */
export async function onInput(
  { repository, inputs }: Specimen,
  change: (input: TreeEntry, bytes: Buffer) => TreeEdit[],
): Promise<TreeEdit[] | null> {
  const some = inputs.slice(0, MOST_INPUTS);
  const contents = await readSmallBlobs(
    repository,
    some.map(({ id }) => id),
    LARGEST_INPUT,
  );
  const small = some.flatMap((input, at) => {
    const bytes = contents[at];
    return bytes ? [{ input, bytes }] : [];
  });
  const found = small.find(({ bytes }) => bytes.includes(0x0a)) ?? small[0];
  return found === undefined ? null : change(found.input, found.bytes);
}

const MOST_INPUTS = 20;
const LARGEST_INPUT = 1 << 20;

export function putAs(path: string, mode: string, bytes: Uint8Array): TreeEdit {
  return put(path, bytes, mode === "100755" ? "100755" : "100644");
}

function renamed(inputs: readonly TreeEntry[], other: (path: string) => string | null): TreeEdit[] | null {
  for (const { path } of inputs) {
    const to = other(path);
    if (to !== null) return [move(path, to)];
  }
  return null;
}
