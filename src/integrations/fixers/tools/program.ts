import { commandsOf } from "../../shell-commands.ts";
import { globMatcher } from "./globs.ts";
import { nameOf } from "./tool.ts";

/** A program with its own words, without what only starts it. */
export interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** Something before it lists the files that it is given: `xargs`, `find -exec`. null: nothing does. */
  readonly listed: ((path: string) => boolean) | null;
}

interface Starter {
  /** A word of these comes between it and the program; "" where none need be. */
  readonly verbs: readonly string[];
  /** Options that take the next word. */
  readonly valued?: string;
  /** So many words more come before the program. */
  readonly skips?: number;
}

const alone = (valued = ""): Starter => ({ verbs: [""], valued });
const RUN = (valued = ""): Starter => ({ verbs: ["run"], valued });

const STARTERS: Readonly<Record<string, Starter>> = {
  npx: alone("-p --package -w --workspace"),
  bunx: alone("-p --package"),
  pnpx: alone("--package"),
  uvx: alone("--from --with --with-requirements -p --python --index --index-url --constraints"),
  npm: { verbs: ["exec", "x"], valued: "-p --package -w --workspace --prefix" },
  pnpm: { verbs: ["exec", "dlx", ""], valued: "-C --dir -F --filter --package" },
  yarn: { verbs: ["exec", "dlx", "run", ""], valued: "-p --package --cwd" },
  bun: { verbs: ["x", "run", ""], valued: "--cwd --filter" },
  uv: {
    verbs: ["run", "x"],
    valued:
      "--with --with-editable --with-requirements --group --no-group --only-group --extra -p --python --project --directory --env-file --package --index --from -m --module",
  },
  poetry: RUN("-C --directory -P --project"),
  pdm: RUN("-p --project"),
  pipenv: RUN(),
  hatch: RUN("-e --env"),
  rye: RUN(),
  pixi: RUN("-e --environment --manifest-path"),
  pipx: RUN("--spec --python --index-url"),
  conda: RUN("-n --name -p --prefix"),
  mamba: RUN("-n --name -p --prefix"),
  micromamba: RUN("-n --name -p --prefix"),
  mise: { verbs: ["exec", "x"] },
  bundle: { verbs: ["exec"] },
  corepack: alone(),
  command: alone(),
  exec: alone(),
  builtin: alone(),
  time: alone("-f -o"),
  nohup: alone(),
  nice: alone("-n --adjustment"),
  ionice: alone("-c -n"),
  sudo: alone("-u -g"),
  chronic: alone(),
  stdbuf: alone("-i -o -e"),
  timeout: { verbs: [""], valued: "-k --kill-after -s --signal", skips: 1 },
  env: alone("-u --unset -C --chdir"),
  "cross-env": alone(),
  dotenv: alone("-e -f -v -p"),
};

const MOST_DEEP = 8;

/** What a simple command starts in the end; several where it is given to a shell as text. */
export function programsOf(command: readonly string[], deep = 0): readonly Program[] {
  const [first = "", ...rest] = command;
  if (first === "" || deep > MOST_DEEP) return [];
  if (/^\w+=/.test(first) || /^[!{}]$/.test(first)) return programsOf(rest, deep + 1);
  const name = plainName(first);
  if (/^(?:sh|bash|dash|zsh|ksh|ash)$/.test(name)) return shellPrograms(rest, deep);
  if (/^(?:python|pypy)[\d.]*$|^py$/.test(name)) return pythonPrograms(rest, deep);
  if (name === "node" || name === "deno")
    return programsOf(withoutOptions(rest, "-r --require --import"), deep + 1);
  if (name === "xargs" || name === "gxargs") return xargsPrograms(rest, deep);
  if (name === "find" || name === "gfind" || name === "fd") return foundPrograms(rest, deep);
  const starter = Object.hasOwn(STARTERS, name) ? STARTERS[name] : undefined;
  if (starter === undefined) return [{ name, args: rest, listed: null }];
  return started(starter, rest, deep);
}

function started(
  { verbs, valued = "", skips = 0 }: Starter,
  words: readonly string[],
  deep: number,
): readonly Program[] {
  const spoken = ["-c", "--call"].map((option) => words.indexOf(option)).find((at) => at !== -1);
  const script = spoken === undefined ? undefined : words[spoken + 1];
  if (script !== undefined && verbs.includes("") && /\s/.test(script)) return scriptPrograms(script, deep);
  const own = withoutOptions(words, valued);
  const [verb = "", ...others] = own;
  if (verb === "tool" && others[0] === "run")
    return programsOf(withoutOptions(others.slice(1), valued), deep + 1);
  const rest =
    verbs.includes(verb) && verb !== "" ? withoutOptions(others, valued) : verbs.includes("") ? own : null;
  if (rest === null) return [];
  const module = words.findIndex((word) => word === "-m" || word === "--module");
  if (module !== -1 && valued.includes("--module") && words.indexOf(rest[0] ?? "") > module) {
    return programsOf(["python", "-m", ...words.slice(module + 1)], deep + 1);
  }
  return programsOf(rest.slice(skips), deep + 1);
}

function withoutOptions(words: readonly string[], valued: string): readonly string[] {
  const takesValue = new Set(valued.split(" "));
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") return words.slice(at + 1);
    if (takesValue.has(word)) at += 1;
    else if (!word.startsWith("-")) return words.slice(at);
  }
  return [];
}

function shellPrograms(words: readonly string[], deep: number): readonly Program[] {
  const flag = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const script = words[flag + 1];
  return flag === -1 || script === undefined ? [] : scriptPrograms(script, deep);
}

function scriptPrograms(script: string, deep: number): readonly Program[] {
  return commandsOf(script).flatMap(({ words }) => programsOf(words, deep + 1));
}

function pythonPrograms(words: readonly string[], deep: number): readonly Program[] {
  const flag = words.indexOf("-m");
  const module = words[flag + 1];
  if (flag === -1 || module === undefined) return programsOf(withoutOptions(words, "-X -W"), deep + 1);
  const name = module.split(".").at(-1)?.replaceAll("_", "-") ?? "";
  const known = module.startsWith("codespell_lib") ? "codespell" : name;
  return programsOf([known, ...words.slice(flag + 2)], deep + 1);
}

function xargsPrograms(words: readonly string[], deep: number): readonly Program[] {
  const valued =
    "-n --max-args -P --max-procs -I -L --max-lines -d --delimiter -s --max-chars -E -a --arg-file";
  return programsOf(withoutOptions(words, valued), deep + 1).map((one) => ({ ...one, listed: () => true }));
}

/** `find src -name '*.py' -exec black {} +`: what it starts is given what it finds. */
function foundPrograms(words: readonly string[], deep: number): readonly Program[] {
  const at = words.findIndex((word) => /^(?:-exec|-execdir|-ok|-okdir|-x|-X)$/.test(word));
  if (at === -1) return [];
  const ending = words.findIndex((word, index) => index > at && (word === ";" || word === "+"));
  const command = words.slice(at + 1, ending === -1 ? undefined : ending).filter((word) => word !== "{}");
  const roots = words.slice(
    0,
    Math.max(
      0,
      words.findIndex((word) => /^[-(!]/.test(word)),
    ),
  );
  const places = roots.map((root) => root.replace(/^\.\/?/, "").replace(/\/$/, ""));
  const isBelow = (path: string) =>
    places.length === 0 || places.some((place) => place === "" || path.startsWith(`${place}/`));
  const wanted = words.slice(0, at).flatMap((word, index) => {
    const negated = /^(?:!|-not)$/.test(words[index - 1] ?? "");
    return /^-i?name$/.test(word) && !negated ? [globMatcher(words[index + 1] ?? "")] : [];
  });
  const isNamed = (path: string) => wanted.length === 0 || wanted.some((matches) => matches(nameOf(path)));
  return programsOf(command, deep + 1).map((one) => ({
    ...one,
    listed: (path) => isBelow(path) && isNamed(path),
  }));
}

/** A package's name without its version, a program's without its directory. */
function plainName(word: string): string {
  const scoped = /^(@[^/@]+\/[^/@]+)(?:@.*)?$/.exec(word)?.[1];
  if (scoped !== undefined) return scoped;
  const name = nameOf(word).replace(/(?<=.)(?:@|==|>=|\[).*$/, "");
  return name.replace(/\.(?:c?js|mjs|cmd|exe|sh)$/, "");
}
