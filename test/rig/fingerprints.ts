import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import { resolveTree } from "../../src/adapters/git/trees.ts";
import type { Suite } from "../../src/config/configuration.ts";
import { parseConfiguration } from "../../src/config/parse.ts";
import { fingerprintOf, type InputsOfTree } from "../../src/fingerprint/fingerprint.ts";
import type { Rig } from "./repository.ts";

type Environment = Readonly<Record<string, string>>;

export async function opened(directory: string, env: Environment): Promise<Repository> {
  const repository = await openRepository(directory, env);
  if (!repository.ok) throw new Error(repository.error);
  return repository.value;
}

interface WrittenSuite {
  readonly inputs?: readonly string[];
  readonly name?: string;
  /** Further keys, as YAML. */
  readonly keys?: readonly string[];
}

/** A suite as gate.yaml would give it. */
export function suiteWith({ inputs = ["src"], name = "model-tests", keys = [] }: WrittenSuite = {}): Suite {
  const lines = [`run: npm test`, `inputs: ${JSON.stringify(inputs)}`, ...keys].map(
    (line) => `    ${line}\n`,
  );
  const parsed = parseConfiguration(Buffer.from(`version: 1\nsuites:\n  ${name}:\n${lines.join("")}`));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const [suite] = parsed.value.suites;
  if (suite === undefined) throw new Error("no suite");
  return suite;
}

/** What gate says of a revision, or of a tree, in a checkout. */
export async function inputsOf(
  { directory, env }: Pick<Rig, "directory" | "env">,
  suite: Suite = suiteWith(),
  revision = "HEAD",
  reports: readonly string[] = [suite.reports],
): Promise<InputsOfTree> {
  const repository = await opened(directory, env);
  const tree = await resolveTree(repository, revision);
  if (tree === null) throw new Error(`no tree ${revision}`);
  return fingerprintOf(repository, tree, suite, reports);
}

export async function fingerprint(
  rig: Pick<Rig, "directory" | "env">,
  suite: Suite = suiteWith(),
  revision = "HEAD",
): Promise<string> {
  return (await inputsOf(rig, suite, revision)).fingerprint;
}

/**
 * The same by another way: `git ls-tree`, patterns matched in JavaScript. Knows paths, `**` and `**` + `/*.ext`.
 * Paths are bytes, held one byte a character.
 */
export function referenceInputs(
  { directory, env }: Pick<Rig, "directory" | "env">,
  { inputs, definition, reports }: { inputs: readonly string[]; definition: string; reports: string },
  revision: string,
): { readonly fingerprint: string; readonly files: number } {
  const listing = execFileSync("git", ["ls-tree", "-r", "-z", "--full-tree", revision], {
    cwd: directory,
    env,
    encoding: "latin1",
  });
  const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  const positive = inputs.filter((one) => !one.startsWith("!")).map(latin1);
  const negative = [...inputs.filter((one) => one.startsWith("!")).map((one) => one.slice(1)), reports].map(
    latin1,
  );
  const entries = listing
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => ({ header: line.slice(0, line.indexOf("\t")), path: line.slice(line.indexOf("\t") + 1) }))
    .filter(
      ({ path }) => positive.some((one) => matches(one, path)) && !negative.some((one) => matches(one, path)),
    );
  const hash = createHash("sha256").update(`gate/fingerprint@1\0${definition}\0`);
  for (const { header, path } of entries) {
    const [mode, , id] = header.split(" ");
    hash.update(`${mode} ${id}\t${path}\0`, "latin1");
  }
  return { fingerprint: hash.digest("hex"), files: entries.length };
}

function matches(pattern: string, path: string): boolean {
  if (pattern === "**" || pattern === ".") return true;
  if (pattern.startsWith("**/*")) return path.split("/").some((part) => part.endsWith(pattern.slice(4)));
  return path === pattern || path.startsWith(`${pattern}/`);
}
