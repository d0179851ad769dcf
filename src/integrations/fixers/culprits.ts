import { posix } from "node:path";
import { isHookFile, PACKAGE_FILES } from "../wiring-places.ts";
import { beginJudgement } from "./bounded-match.ts";
import type { Culprit, Exemption, Fixer, Project, WrittenReports } from "./fixer.ts";
import { knownHook } from "./hook-ids.ts";
import type { StagedStart } from "./lint-staged.ts";
import { everyPath, type ToolCall } from "./tool-call.ts";
import { fixersOf } from "./tools/fixers-of.ts";
import { standingCulprits } from "./tools/standing.ts";

/** Every tool of a project that would rewrite one of the reports: those that a commit runs, and those that are set up. */
export async function culpritsIn(
  known: Project,
  reports: readonly WrittenReports[],
): Promise<readonly Culprit[]> {
  if (reports.every(({ paths }) => paths.length === 0)) return [];
  beginJudgement();
  const project = withReports(known, reports);
  const [calls, standing] = await Promise.all([
    callsIn(project, reports),
    standingCulprits(project, reports),
  ]);
  const alone = new Set(standing.map(({ tool }) => tool));
  const called = await Promise.all(
    calls.map((call) => suspectsOf(call, { project, reports, standing: alone })),
  );
  const own = standing.map((culprit): Suspect => ({ ...culprit, fixer: culprit.tool, endsAt: "tool" }));
  return merged([...called.flat(), ...own]).toSorted(byPlace);
}

/** A command may name reports that are not there yet. */
function withReports(project: Project, reports: readonly WrittenReports[]): Project {
  const files = new Set(project.files);
  const missing = reports.flatMap(({ paths }) => paths).filter((path) => !files.has(path));
  return missing.length === 0 ? { ...project } : { ...project, files: [...project.files, ...missing].sort() };
}

/** To load what reads a file takes longer than to look whether there is such a file. */
async function callsIn(project: Project, reports: readonly WrittenReports[]): Promise<readonly ToolCall[]> {
  const [scripts, framework, lefthook] = await Promise.all([
    project.files.some((path) => isHookFile(path) || PACKAGE_FILES.includes(path))
      ? import("./hook-scripts.ts").then(({ hookScriptCalls }) => hookScriptCalls(project))
      : [],
    project.files.some((path) => path.startsWith(".pre-commit-config.") || path === "prek.toml")
      ? import("./pre-commit.ts").then(({ frameworkCalls }) => frameworkCalls(project))
      : [],
    project.files.some((path) => /^(?:\.config\/)?\.?lefthook(?:-local)?\.\w+$/.test(path))
      ? import("./lefthook.ts").then(({ lefthookCalls }) => lefthookCalls(project))
      : [],
  ]);
  const others = [...scripts, ...framework, ...lefthook];
  const start = others.flatMap(stagedStart)[0] ?? { directory: "", named: null };
  const staged = (await hasLintStaged(project, reports, start))
    ? await import("./lint-staged.ts").then(({ lintStagedCalls }) => lintStagedCalls(project, reports, start))
    : [];
  return [...others, ...staged];
}

/** `lint-staged --config path` */
function stagedStart({ words, directory }: ToolCall): readonly StagedStart[] {
  const [program, second] = words;
  const started = /^(?:pnpm|yarn|bun)$/.test(program) ? (second ?? "") : program;
  if (posix.basename(started) !== "lint-staged") return [];
  const option = words.findIndex((word) => /^(?:-c|--config)(?:=|$)/.test(word));
  const [, value = words[option + 1]] = /=(.*)$/.exec(words[option] ?? "") ?? [];
  const named = option === -1 || value === undefined ? null : posix.join(directory, value);
  return [{ directory, named }];
}

async function hasLintStaged(
  { files, read }: Project,
  reports: readonly WrittenReports[],
  { named }: StagedStart,
): Promise<boolean> {
  const own = /(?:^|\/)(?:\.lintstagedrc|lint-staged\.config\.)/;
  if (named !== null || files.some((path) => own.test(path))) return true;
  const isAbove = (path: string) => {
    const place = posix.dirname(path);
    return place === "." || reports.some(({ directory }) => `${directory}/`.startsWith(`${place}/`));
  };
  const packages = files.filter((path) => /(?:^|\/)package\.(?:json|ya?ml)$/.test(path) && isAbove(path));
  const texts = await Promise.all(packages.map(read));
  return texts.some((text) => text?.includes("lint-staged") === true);
}

/** A culprit, and what is needed to see that it is another one's as well. */
interface Suspect extends Culprit {
  /** The tool's own name, whatever a hook is called. */
  readonly fixer: string;
  /** Whose settings hold the exemption. */
  readonly endsAt: "call" | "tool";
}

interface Judged {
  readonly project: Project;
  readonly reports: readonly WrittenReports[];
  /** Tools that are set up in the project, whoever calls them. */
  readonly standing: ReadonlySet<string>;
}

async function suspectsOf(
  call: ToolCall,
  { project, reports, standing }: Judged,
): Promise<readonly Suspect[]> {
  const { words, directory, files, absolute = false } = call;
  const known = await fixersOf(words, project, { directory, files, absolute });
  const fixers = known.length === 0 && call.rewrites ? [unknownFixer(call)] : known;
  if (fixers.length === 0) return [];
  const handed = call.handed([...new Set(reports.flatMap(({ paths }) => paths))]);
  const suspects = fixers.map(async (fixer): Promise<readonly Suspect[]> => {
    const taken = new Set(handed.length === 0 ? [] : await fixer.takes(handed));
    const places = reports.filter(({ paths }) => paths.some((path) => taken.has(path)));
    const callFirst = call.exemptsFirst && !standing.has(fixer.name);
    const own = callFirst ? null : fixer.exempt;
    return Promise.all(
      places.map(async (place): Promise<Suspect> => {
        return {
          tool: nameOf(call, fixer),
          fixer: fixer.name,
          path: call.path,
          line: call.line,
          reports: place.paths.filter((path) => taken.has(path)),
          exemption: own === null ? call.exempt(place.directory) : await own(place.directory),
          endsAt: own === null ? "call" : "tool",
        };
      }),
    );
  });
  return (await Promise.all(suspects)).flat();
}

function unknownFixer({ id, words }: ToolCall): Fixer {
  return { name: id ?? words[0], takes: async (paths) => everyPath(paths), exempt: null };
}

/** A hook by its id; where that does not say what it starts, with the tool's name behind it. */
function nameOf({ id }: ToolCall, { name }: Fixer): string {
  if (id === null) return name;
  return knownHook(id) !== null || id.includes(name) ? id : `${id} (${name})`;
}

/**
 * One for each tool and place. What ends with one exemption is one, at the first place that starts it, and several
 * directories are exempted by one edit of the file.
 */
function merged(suspects: readonly Suspect[]): readonly Culprit[] {
  const groups = new Map<string, Suspect[]>();
  for (const suspect of suspects) {
    const { endsAt, fixer, tool, exemption, path, line } = suspect;
    const where = endsAt === "tool" ? [fixer] : [tool, path, line];
    const key = [endsAt, exemption.file, ...where].join("\0");
    groups.set(key, [...(groups.get(key) ?? []), suspect]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { tool, path, line } = first;
    const reports = [...new Set(group.flatMap((one) => one.reports))];
    return [{ tool, path, line, reports, exemption: together(group.map(({ exemption }) => exemption)) }];
  });
}

function together(exemptions: readonly Exemption[]): Exemption {
  const [first, ...others] = [...new Map(exemptions.map((one) => [one.byHand, one])).values()];
  if (first === undefined) throw new Error("a culprit without an exemption");
  return others.reduce<Exemption>(
    (one, other) => ({
      file: one.file,
      byHand: `${one.byHand} ; ${other.byHand}`,
      apply: (text) => {
        const applied = one.apply(text);
        return applied.ok ? other.apply(applied.value) : applied;
      },
    }),
    first,
  );
}

function byPlace(one: Culprit, other: Culprit): number {
  if (one.path !== other.path) return one.path < other.path ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0);
}
