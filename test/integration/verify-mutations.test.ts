import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitHeader } from "../../src/adapters/git/history.ts";
import type { CommitId } from "../../src/adapters/git/ids.ts";
import { commitsOnto, type TreeEdit } from "../../src/adapters/git/new-commits.ts";
import type { Repository } from "../../src/adapters/git/repository.ts";
import { blobIdOf } from "../../src/adapters/git/trees.ts";
import { verifyRevision } from "../../src/verify/verify.ts";
import { twoTests } from "../rig/attacked.ts";
import { Rig } from "../rig/repository.ts";
import { describeWithOpenSsh, makeKey, opened, writeSignedProject } from "../rig/signing.ts";

const REPORTS = "test-reports";
const MANIFEST = `${REPORTS}/model-tests.json`;
const RUNS = 40;

/** One commit with evidence, and everything under its reports. */
interface Evidence {
  readonly rig: Rig;
  readonly repository: Repository;
  readonly commit: CommitId;
  /** null: it is judged by itself. */
  readonly base: string | null;
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[];
}

async function evidenceIn(rig: Rig, base: string | null): Promise<Evidence> {
  const repository = await opened(rig);
  const header = await commitHeader(repository, "HEAD");
  if (header === null) throw new Error("no commit");
  const listed = await rig.git("ls-tree", "-r", "-z", "--name-only", "HEAD", REPORTS);
  const paths = listed.split("\0").filter((path) => path !== "");
  const files = paths.map((path) => ({ path, bytes: Buffer.from(rig.read(path)) }));
  return { rig, repository, commit: header.id, base, files };
}

/** `at` stands for a place in the file, `which` for one of the files. */
type Mutation =
  | {
      readonly kind: "flip" | "insert" | "cut";
      readonly which: number;
      readonly at: number;
      readonly byte: number;
    }
  | { readonly kind: "mode"; readonly which: number; readonly mode: "100755" | "120000" | "160000" }
  | { readonly kind: "remove"; readonly which: number }
  | { readonly kind: "rename"; readonly which: number; readonly name: string }
  | { readonly kind: "add"; readonly name: string; readonly byte: number }
  | { readonly kind: "swap"; readonly which: number; readonly other: number }
  | { readonly kind: "member"; readonly at: number; readonly value: fc.JsonValue | undefined }
  | { readonly kind: "relist"; readonly which: number; readonly at: number; readonly byte: number };

const which = fc.nat({ max: 1000 });
const byte = fc.integer({ min: 1, max: 255 });
const name = fc.stringMatching(/^[a-zA-Z0-9_é.-]{1,12}$/).filter((text) => !/^\.+$|^\.git$/i.test(text));

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("flip", "insert", "cut"), which, at: which, byte }),
  },
  fc.record({ kind: fc.constant("mode"), which, mode: fc.constantFrom("100755", "120000", "160000") }),
  fc.record({ kind: fc.constant("remove"), which }),
  fc.record({ kind: fc.constant("rename"), which, name }),
  fc.record({ kind: fc.constant("add"), name, byte }),
  fc.record({ kind: fc.constant("swap"), which, other: which }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("member"),
      at: which,
      value: fc.oneof(
        fc.constant(undefined),
        fc.jsonValue({ maxDepth: 1 }),
        fc.nat({ max: 9 }),
        fc.constantFrom("passed", "failed", "skipped", "xfailed", "flaky", "gate/manifest@2"),
      ),
    }),
  },
  fc.record({ kind: fc.constant("relist"), which, at: which, byte }),
);

function editsOf({ files, repository, commit }: Evidence, mutation: Mutation): TreeEdit[] {
  const file = files["which" in mutation ? mutation.which % files.length : 0];
  if (file === undefined) throw new Error("no reports");
  const { path, bytes } = file;
  switch (mutation.kind) {
    case "flip":
    case "insert":
    case "cut":
      return [put(path, damaged(bytes, mutation))];
    case "mode":
      if (mutation.mode === "160000") return [{ kind: "submodule", path, commit }];
      return [{ kind: "put", path, mode: mutation.mode, content: bytes }];
    case "remove":
      return [{ kind: "remove", path }];
    case "rename":
      return [{ kind: "remove", path }, put(path.replace(/[^/]*$/, mutation.name), bytes)];
    case "add":
      return [put(`${REPORTS}/${mutation.name}`, Buffer.of(mutation.byte))];
    case "swap":
      return [put(path, files[mutation.other % files.length]?.bytes ?? bytes)];
    case "member":
      return [put(MANIFEST, withMember(manifestOf(files), mutation.at, mutation.value))];
    case "relist": {
      const content = damaged(bytes, { kind: "flip", at: mutation.at, byte: mutation.byte });
      return [
        put(path, content),
        put(MANIFEST, relisted(manifestOf(files), path, blobIdOf(repository, content))),
      ];
    }
  }
}

const put = (path: string, content: Uint8Array): TreeEdit => ({ kind: "put", path, mode: "100644", content });

function damaged(
  bytes: Buffer,
  {
    kind,
    at,
    byte: other,
  }: { readonly kind: "flip" | "insert" | "cut"; readonly at: number; readonly byte: number },
): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  if (kind === "cut") return bytes.subarray(0, place);
  if (kind === "insert" || bytes.length === 0)
    return Buffer.concat([bytes.subarray(0, place), Buffer.of(other), bytes.subarray(place)]);
  const flipped = Buffer.from(bytes);
  flipped[place] = (flipped[place] ?? 0) ^ other;
  return flipped;
}

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function manifestOf(files: Evidence["files"]): Json {
  const value: unknown = JSON.parse(
    files.find(({ path }) => path === MANIFEST)?.bytes.toString("utf8") ?? "",
  );
  return isJson(value) ? value : {};
}

/** Sets or takes away one of the manifest's members, at any depth, and writes the rest as gate would. */
function withMember(manifest: Json, at: number, value: unknown): Buffer {
  const places = membersOf(manifest);
  const place = places[at % places.length] ?? [];
  return canonical(changed(manifest, place, value));
}

function membersOf(value: unknown, above: readonly string[] = []): (readonly string[])[] {
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    [...above, key],
    ...membersOf(member, [...above, key]),
  ]);
}

function changed(json: Json, [key = "", ...rest]: readonly string[], value: unknown): Json {
  const member = json[key];
  const entries = Object.entries(json).filter(([other]) => other !== key);
  if (rest.length > 0 && isJson(member))
    return Object.fromEntries([...entries, [key, changed(member, rest, value)]]);
  return Object.fromEntries(value === undefined ? entries : [...entries, [key, value]]);
}

function relisted(manifest: Json, path: string, blob: string): Buffer {
  const reports = isJson(manifest.reports) ? manifest.reports : {};
  const own = path.slice(REPORTS.length + 1);
  const [mode, , sha256] = `${reports[own]}`.split(" ");
  return canonical(
    own in reports ? changed(manifest, ["reports", own], `${mode} ${blob} ${sha256}`) : manifest,
  );
}

/** Sorted keys, two blanks a level, a line end: written here once more, so that the test does not ask gate. */
function canonical(value: unknown): Buffer {
  const sorted = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(sorted);
    if (!isJson(one)) return one;
    const keys = Object.keys(one).toSorted((left, right) =>
      Buffer.compare(Buffer.from(left), Buffer.from(right)),
    );
    return Object.fromEntries(keys.map((key) => [key, sorted(one[key])]));
  };
  return Buffer.from(`${JSON.stringify(sorted(value), null, 2)}\n`);
}

/** What git says that the mutation has changed under the reports. */
async function changedPaths({ rig, commit }: Evidence, mutant: CommitId): Promise<string[]> {
  const listed = await rig.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", commit, mutant);
  return listed.split("\0").filter((path) => path !== "");
}

async function isRefused({ repository, base }: Evidence, revision: string, deep: boolean): Promise<boolean> {
  const verified = await verifyRevision(repository, { revision, base, suite: null, deep, at: null });
  if (!verified.ok) return true;
  const { problems, suites } = verified.value;
  return [...problems, ...suites.flatMap((suite) => suite.problems)].some(
    ({ severity }) => severity === "error",
  );
}

/**
 * What every reader of an unsigned manifest can check. The rest (who, when, how long, on what machine, after
 * how many attempts) is said by the manifest alone, and can be rewritten.
 */
function checkable(bytes: Buffer, deep: boolean): string | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
  if (!isJson(value) || !canonical(value).equals(bytes)) return null;
  const { schema, suite, fingerprint, inputs, verdict, tests, reports } = value;
  const digests = Object.entries(isJson(reports) ? reports : {});
  const listed = digests.map(([path, text]) => [path, deep ? text : `${text}`.split(" ").slice(0, 2)]);
  const results = Object.entries(isJson(tests) ? tests : {});
  const ended = results.map(([id, test]) => [id, isJson(test) ? test.outcome : null]);
  const files = isJson(inputs) ? inputs.files : null;
  return JSON.stringify([schema, suite, fingerprint, files, verdict, listed, deep ? ended : ended.length]);
}

async function mutantOf(evidence: Evidence, mutation: Mutation): Promise<CommitId> {
  const { repository, commit } = evidence;
  const header = await commitHeader(repository, commit);
  const at = header?.committedAt ?? new Date(0);
  const [mutant = commit] = await commitsOnto(repository, commit, [editsOf(evidence, mutation)], at);
  return mutant;
}

/** Whether unsigned evidence must be refused; false where its manifest has been rewritten so that it may be believed. */
async function mustBeRefused(
  evidence: Evidence,
  mutant: CommitId,
  paths: readonly string[],
  deep: boolean,
): Promise<boolean> {
  if (paths.length === 0) return false;
  const manifest = evidence.files.find(({ path }) => path === MANIFEST)?.bytes ?? Buffer.alloc(0);
  if (paths.length === 1 && paths[0] === MANIFEST) {
    const entry = await evidence.rig.git("ls-tree", mutant, MANIFEST);
    if (!entry.startsWith("100644 ")) return true;
    const now = (await evidence.rig.run("git", ["show", `${mutant}:${MANIFEST}`])).stdout;
    return checkable(Buffer.from(now), deep) !== checkable(manifest, deep);
  }
  // a report and its id in the manifest: only the contents tell
  return deep || !paths.includes(MANIFEST);
}

describe("reports that were changed in any way", () => {
  it("unsigned: are refused by their ids, unless the manifest was rewritten with them; deep: by contents", async () => {
    const evidence = await evidenceIn(await twoTests(), null);
    expect(await isRefused(evidence, evidence.commit, true)).toBe(false);
    await fc.assert(
      fc.asyncProperty(mutations, async (mutation) => {
        const mutant = await mutantOf(evidence, mutation);
        const paths = await changedPaths(evidence, mutant);
        const [shallow, deep] = [
          await isRefused(evidence, mutant, false),
          await isRefused(evidence, mutant, true),
        ];
        if (await mustBeRefused(evidence, mutant, paths, false)) expect(shallow).toBe(true);
        if (await mustBeRefused(evidence, mutant, paths, true)) expect(deep).toBe(true);
        if (shallow) expect(deep).toBe(true);
        if (paths.length === 0) expect(deep).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });
});

describeWithOpenSsh("signed reports that were changed in any way", () => {
  it("are refused but for the untouched bytes, without a look at the contents", async () => {
    const rig = await Rig.create();
    const ann = await makeKey(rig, "ann");
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`], "  required: true\n");
    await rig.git("config", "user.signingkey", ann.path);
    await rig.git("add", ".");
    await rig.commit("first");
    const evidence = await evidenceIn(rig, "HEAD");
    expect(evidence.files.map(({ path }) => path)).toContain(`${MANIFEST}.sig`);
    expect(await isRefused(evidence, evidence.commit, true)).toBe(false);
    await fc.assert(
      fc.asyncProperty(mutations, async (mutation) => {
        const mutant = await mutantOf(evidence, mutation);
        const touched = (await changedPaths(evidence, mutant)).length > 0;
        expect(await isRefused(evidence, mutant, false)).toBe(touched);
      }),
      { numRuns: RUNS },
    );
  });
});
