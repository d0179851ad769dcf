import { err } from "../../../result.ts";
import type { Exemption } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { withItem, withTomlChange } from "./edit-toml.ts";
import { gitIgnored } from "./git-ignored.ts";
import { isPlainPath } from "./globs.ts";
import { ignoredBy } from "./ignore-file.ts";
import { memberAt, textsOf } from "./settings.ts";
import { tomlIn } from "./toml-settings.ts";
import { type Call, directoryOf, relativeTo, type Tool, upwardsFrom, within } from "./tool.ts";

const VALUED = "-c --config --file-list --exclude --color --format --locale --type -j --threads";

interface Place {
  readonly file: string;
  readonly path: readonly string[];
}

interface Settings extends Place {
  readonly content: unknown;
}

/** Its excludes hold for files given by name with --force-exclude alone, and never for whole paths. */
export const typos: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  if (!has(args, "-w", "--write-changes") || has(args, "--diff", "--help", "-h")) return null;
  const settings = await settingsOf(call, valuesOf(args, "-c", "--config")[0]);
  const files = memberAt(settings.content, "files");
  const base = directoryOf(settings.file);
  const own = ignoredBy([...textsOf(memberAt(files, "extend-exclude"))], base);
  const given = ignoredBy([...valuesOf(args, "--exclude")], call.directory);
  const forced = has(args, "--force-exclude") && !call.absolute;
  const hidden = has(args, "--hidden") || memberAt(files, "ignore-hidden") === false;
  return {
    name: "typos",
    operands: args.operands,
    walksAlone: true,
    rewrites: async (paths, way) => {
      const excluded = (path: string) => own(path) || given(path);
      if (way.kind === "named") return paths.filter((path) => !(forced && excluded(path)));
      const vcs = memberAt(files, "ignore-vcs") !== false;
      const git = vcs ? await gitIgnored(call.project, call.directory, paths) : () => false;
      // a directory that it is sent into is not asked about
      const sentInto = way.root !== "" && excluded(`${way.root}/`);
      const seen = paths.filter((path) => (sentInto || !excluded(path)) && !git(path));
      return hidden ? seen : seen.filter((path) => !/(?:^|\/)\./.test(path));
    },
    exempt: async (reports) => exemption(settings, reports),
    exemptsNamed: forced,
  };
};

async function settingsOf({ project, directory }: Call, named: string | undefined): Promise<Settings> {
  const own = (place: string): readonly Place[] => [
    ...["typos.toml", "_typos.toml", ".typos.toml"].map((name) => ({ file: within(place, name), path: [] })),
    { file: within(place, "Cargo.toml"), path: ["workspace", "metadata", "typos"] },
    { file: within(place, "Cargo.toml"), path: ["package", "metadata", "typos"] },
    { file: within(place, "pyproject.toml"), path: ["tool", "typos"] },
  ];
  const places =
    named === undefined
      ? upwardsFrom(directory).flatMap(own)
      : [{ file: within(directory, named), path: [] }];
  for (const place of places) {
    const text = await project.read(place.file);
    const content = text === null ? undefined : memberAt(tomlIn(text), ...place.path);
    if (content !== undefined && content !== null) return { ...place, content };
  }
  return { file: within(directory, "typos.toml"), path: [], content: {} };
}

function exemption({ file, path }: Settings, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const item = `/${relative ?? reports}/`;
  const [first = "files", ...rest] = [...path, "files", "extend-exclude"];
  return {
    file,
    byHand: `Add to ${[first, ...rest].join(".")} in ${file}:  ${JSON.stringify(item)}`,
    apply: (text) => {
      if (relative === null || !isPlainPath(relative)) return err(`cannot name ${reports} in a glob`);
      return withTomlChange(text, { path: [first, ...rest], change: withItem(item) });
    },
  };
}
