import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Repository } from "../../src/adapters/git/repository.ts";
import { treeOfIndex } from "../../src/judgement/index-tree.ts";
import { judgeTree } from "../../src/judgement/judge.ts";
import { type MemoDetails, recallMemo } from "../../src/judgement/memo.ts";
import { writeMemo } from "../../src/judgement/write-memo.ts";
import { opened } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

interface Remembered {
  readonly rig: Rig;
  readonly repository: Repository;
  readonly memo: string;
  readonly details: string;
  readonly recall: () => Promise<MemoDetails | null>;
}

/** A repository whose index is fresh and whose memo says so. */
async function remembered(
  suiteLines = "",
  files: Readonly<Record<string, string>> = {},
): Promise<Remembered> {
  const rig = await Rig.create();
  for (const [path, content] of Object.entries(files)) rig.write(path, content);
  await rig.withEvidence(suiteLines);
  const repository = await opened(rig.directory, rig.env);
  const tree = await treeOfIndex(repository);
  const judged = tree.ok ? await judgeTree(repository, tree.value) : tree;
  if (!judged.ok || judged.value === null) throw new Error("not judged");
  await writeMemo(repository, judged.value, { warnings: [], configuration: "a state" });
  const memo = join(rig.directory, ".git/gate/memo");
  return { rig, repository, memo, details: `${memo}.json`, recall: () => recallMemo(repository) };
}

describe("the memo of a tree that was found fresh", () => {
  it("holds while nothing has changed", async () => {
    const { rig, recall } = await remembered();
    expect(await recall()).toMatchObject({
      tree: await rig.git("write-tree"),
      suites: [{ name: "model-tests", files: 1 }],
      looked: { warnings: [], configuration: "a state" },
    });
  });

  it("holds where only something else changed", async () => {
    const { rig, recall } = await remembered();
    rig.write("README.md", "# Other\n");
    rig.write("docs/new.html", "");
    rig.write("src/router.py", "not staged\n");
    await rig.git("add", "README.md", "docs");
    expect(await recall()).not.toBeNull();
  });

  it("does not hold where anything that matters changed", async () => {
    const changes: readonly (readonly [string, (rig: Rig) => void])[] = [
      ["an input changed", (rig) => rig.write("src/router.py", "route = 2\n")],
      ["an input's mode changed", (rig) => chmodSync(join(rig.directory, "src/router.py"), 0o755)],
      ["an input is new", (rig) => rig.write("src/tier.py", "")],
      ["an input is gone", (rig) => rig.remove("src/router.py")],
      ["gate.yaml changed", (rig) => rig.write("gate.yaml", `${rig.read("gate.yaml")}# more\n`)],
      ["gate.yaml is gone", (rig) => rig.remove("gate.yaml")],
      ["a report changed", (rig) => rig.write("test-reports/model-tests-latest.txt", "passed\n")],
      ["a report is new", (rig) => rig.write("test-reports/logs/other.log", "")],
      ["a report is gone", (rig) => rig.remove("test-reports/model-tests.hash")],
    ];
    const { rig, recall } = await remembered();
    for (const [what, change] of changes) {
      change(rig);
      await rig.git("add", "-A");
      expect(await recall(), what).toBeNull();
      await rig.git("reset", "-q", "--hard");
      expect(await recall(), `${what}, and back`).not.toBeNull();
    }
  });

  it("does not hold where a pin changed", async () => {
    const weights = "0.1 0.2\n";
    const digest = createHash("sha256").update(weights).digest("hex");
    const { rig, recall } = await remembered("    pins: [weights.pin]\n", {
      "weights.bin": weights,
      "weights.pin": `${digest}  ${weights.length}  weights.bin\n`,
    });
    expect(await recall()).not.toBeNull();
    rig.write("weights.pin", `${"0".repeat(64)}  8  weights.bin\n`);
    await rig.git("add", "weights.pin");
    expect(await recall()).toBeNull();
  });

  it("does not hold where a submodule moved that git is told to ignore", async () => {
    const { rig, recall } = await remembered();
    rig.write(".gitmodules", '[submodule "lib"]\n\tpath = src/lib\n\turl = ../lib\n\tignore = all\n');
    await rig.git("add", ".gitmodules");
    expect(await recall()).not.toBeNull();
    await rig.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},src/lib`);
    expect(await recall()).toBeNull();
  });

  it("does not hold where the tree is replaced by what is staged", async () => {
    const { rig, recall } = await remembered();
    const before = await rig.git("write-tree");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src/router.py");
    await rig.git("replace", before, await rig.git("write-tree"));
    expect(await recall()).toBeNull();
  });
});

describe("a memo that is not quite one", () => {
  it("is not believed, wherever it ends", async () => {
    const { memo, details, recall } = await remembered();
    for (const file of [memo, details]) {
      const whole = readFileSync(file, "utf8");
      const afterLines = [...whole.matchAll(/\n/g)].map(({ index }) => index + 1);
      const lengths = [0, 1, 30, whole.length - 1, ...afterLines, ...afterLines.map((length) => length + 5)];
      for (const length of lengths.filter((one) => one < whole.length)) {
        writeFileSync(file, whole.slice(0, length));
        expect(await recall(), JSON.stringify(whole.slice(0, length))).toBeNull();
      }
      writeFileSync(file, whole);
    }
    expect(await recall()).not.toBeNull();
  });

  it("is not believed with lines that are not those of a memo", async () => {
    const edits: readonly (readonly [string, (lines: string[]) => string[]])[] = [
      ["another format", (lines) => ["gate-memo 2", ...lines.slice(1)]],
      ["another tree", ([format = "", , ...rest]) => [format, "1".repeat(40), ...rest]],
      ["no tree", ([format = "", , ...rest]) => [format, "", ...rest]],
      ["a time", ([format = "", tree = "", , ...rest]) => [format, tree, "2099-01-01T00:00:00Z", ...rest]],
      ["no pathspec", (lines) => [...lines.slice(0, 3), ""]],
      ["one pathspec less", (lines) => [...lines.slice(0, -2), ""]],
      ["CRLF", (lines) => lines.map((line) => (line === "" ? line : `${line}\r`))],
    ];
    const { memo, recall } = await remembered();
    const whole = readFileSync(memo, "utf8");
    for (const [what, edit] of edits) {
      writeFileSync(memo, edit(whole.split("\n")).join("\n"));
      expect(await recall(), what).toBeNull();
    }
  });

  it("is not believed where git has to be asked and the tree is gone", async () => {
    const { memo, details, recall, rig } = await remembered();
    await rig.git("update-index", "--index-version", "4");
    const tree = await rig.git("write-tree");
    for (const file of [memo, details]) {
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(tree, "1".repeat(40)));
    }
    expect(await recall()).toBeNull();
  });

  it("is not believed where its details are not whole", async () => {
    const { details, recall } = await remembered();
    const whole: object = JSON.parse(readFileSync(details, "utf8"));
    const suite = { name: "model-tests", fingerprint: "0".repeat(64), files: 1, recorded: null };
    const edits: readonly object[] = [
      ...["tree", "pathspecs", "standing", "suites", "looked"].map((key) => ({ [key]: undefined })),
      ...[null, {}, [null], [{}], [{ ...suite, fingerprint: "x" }], [{ ...suite, files: "1" }]].map(
        (suites) => ({ suites }),
      ),
      { pathspecs: [] },
      { standing: {} },
      { standing: { src: 1 } },
      { tree: "x" },
    ];
    for (const edit of edits) {
      writeFileSync(details, JSON.stringify({ ...whole, ...edit }));
      expect(await recall(), JSON.stringify(edit)).toBeNull();
    }
    writeFileSync(details, JSON.stringify(whole));
    expect(await recall()).not.toBeNull();
  });

  it("is not believed where there are directories in its place", async () => {
    const { memo, details, recall } = await remembered();
    for (const file of [memo, details]) {
      rmSync(file);
      mkdirSync(file);
    }
    expect(await recall()).toBeNull();
  });

  it("never makes gate fail, whatever its bytes", async () => {
    const { memo, details, recall } = await remembered();
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom(memo, details),
        async (bytes, file) => {
          const before = readFileSync(file);
          writeFileSync(file, bytes);
          expect(await recall()).toBeNull();
          writeFileSync(file, before);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("need not be there, nor be written", async () => {
    const { rig, memo } = await remembered();
    rmSync(join(memo, ".."), { recursive: true });
    writeFileSync(join(memo, ".."), "in the way");
    expect(await rig.gateJson("status")).toMatchObject({ suites: [{ decision: "fresh" }], problems: [] });
  });
});
