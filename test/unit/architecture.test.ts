import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "rolldown/utils";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const LONGEST = 300;
const LONGEST_FUNCTION = 50;

/** One function that declares every verb with its options, and does nothing else. */
const TABLES = ["src/command-line.ts"];

/** From the bottom up: a room may import the rooms before it, and itself. */
const ROOMS = [
  "leaves",
  "adapters/files",
  "adapters/network",
  "adapters/process",
  "adapters/git",
  "config",
  "fingerprint",
  "decision",
  "suite",
  "sessions",
  "reports",
  "ignore",
  "evidence",
  "judgement",
  "recording",
  "verify",
  "integrations",
  "views",
  "gaps",
  "commands",
  "render",
  "cli",
] as const;
type Room = (typeof ROOMS)[number];

const CLI_FILES = ["src/cli.ts", "src/verbs.ts", "src/command-line.ts", "src/repeated-options.ts"];
const LEAVES = ["src/outcome.ts", "src/problem.ts", "src/protocol.ts", "src/result.ts", "src/shell-word.ts"];

/** What leads out of our own code, and the one room that may use it. */
const DOORS: readonly { readonly what: RegExp; readonly room: Room; readonly rule: string }[] = [
  { what: /^(node:)?child_process$|^execa$/, room: "adapters/process", rule: "starts processes" },
  { what: /^(node:)?fs(\/|$)|^fast-glob$/, room: "adapters/files", rule: "touches the file system" },
  { what: /^(node:)?(http|https|http2|tls|dgram)$/, room: "adapters/network", rule: "asks at ports" },
  { what: /^simple-git$/, room: "adapters/git", rule: "talks to git" },
  { what: /^(node:)?process$/, room: "cli", rule: "reads the process's surroundings" },
];

/** Loaded by every commit that the shim does not skip: one small file, the canonical form of RFC 8785. */
const ALWAYS_LOADED = ["canonicalize"];

/** The clock comes in as a value, but for the start and the end of a suite's own process. */
/** files.ts compares the times of files with it. */
const CLOCK_READERS = ["src/cli.ts", "src/suite/execute.ts", "src/adapters/files/files.ts"];

/** Only cli.ts: everything else is given these as values. */
const SURROUNDINGS = ["env", "cwd", "argv", "exit", "exitCode", "stdin", "stdout", "stderr"];

interface Import {
  /** As written; a file of ours as its path from the root. */
  readonly target: string;
  readonly line: number;
  readonly own: boolean;
  /** `import()`: what it brings is loaded later, or never. */
  readonly lazy: boolean;
  /** Gone at run time. */
  readonly typeOnly: boolean;
}

interface Source {
  readonly path: string;
  readonly room: Room | null;
  readonly imports: readonly Import[];
  readonly nodes: readonly PlacedNode[];
}

type PlacedNode = SyntaxNode & { readonly line: number; readonly lastLine: number };
type SyntaxNode = Readonly<Record<string, unknown>> & { readonly type: string };

const sources = filesBelow("src", /\.ts$/).map(read);
const bySource = new Map(sources.map((source) => [source.path, source]));

function filesBelow(directory: string, name: RegExp): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .toSorted();
}

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), "utf8");
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`);
  const lineAt = (offset: unknown) => text.slice(0, Number(offset)).split("\n").length;
  const nodes = [...syntaxNodes(parsed.program)].map((node) => ({
    ...node,
    line: lineAt(node.start),
    lastLine: lineAt(node.end),
  }));
  return { path, room: roomOf(path), imports: nodes.flatMap((node) => importOf(path, node)), nodes };
}

function* syntaxNodes(value: unknown): Generator<SyntaxNode> {
  if (typeof value !== "object" || value === null) return;
  if (isSyntaxNode(value)) yield value;
  for (const child of Object.values(value)) yield* syntaxNodes(child);
}

function isSyntaxNode(value: object): value is SyntaxNode {
  return "type" in value && typeof value.type === "string";
}

function importOf(path: string, node: PlacedNode): Import[] {
  const kinds = [
    "ImportDeclaration",
    "ExportNamedDeclaration",
    "ExportAllDeclaration",
    "ImportExpression",
    "TSImportType",
  ];
  if (!kinds.includes(node.type) || !node.source) return [];
  const written = literal(node.source);
  if (written === null) return [{ target: "?", line: node.line, own: false, lazy: true, typeOnly: false }];
  const own = written.startsWith(".");
  return [
    {
      target: own ? relative(ROOT, join(ROOT, dirname(path), written)) : written,
      line: node.line,
      own,
      lazy: node.type === "ImportExpression",
      typeOnly: node.type === "TSImportType" || node.importKind === "type" || node.exportKind === "type",
    },
  ];
}

function literal(node: unknown): string | null {
  if (typeof node !== "object" || node === null || !isSyntaxNode(node)) return null;
  return node.type === "Literal" && typeof node.value === "string" ? node.value : null;
}

function roomOf(path: string): Room | null {
  if (CLI_FILES.includes(path)) return "cli";
  if (LEAVES.includes(path)) return "leaves";
  return ROOMS.find((room) => path.startsWith(`src/${room}/`)) ?? null;
}

const name = (node: unknown) =>
  typeof node === "object" && node !== null && isSyntaxNode(node) && node.type === "Identifier"
    ? node.name
    : null;

const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

function longFunctions({ path, nodes }: Source): string[] {
  return nodes.flatMap((node) => {
    if (!FUNCTIONS.includes(node.type)) return [];
    const lines = node.lastLine - node.line + 1;
    return lines > LONGEST_FUNCTION
      ? [`${path}:${node.line} is a function of ${lines} lines; ${LONGEST_FUNCTION} is the most`]
      : [];
  });
}

function lengths(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const lines = readFileSync(join(ROOT, path), "utf8").trimEnd().split("\n").length;
    return lines > LONGEST ? [`${path}:${LONGEST + 1} has ${lines} lines; ${LONGEST} is the most`] : [];
  });
}

/** Everything a file brings with it when it is loaded, with the way to it. */
function loadedWith(path: string): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const visit = (from: string, way: readonly string[]) => {
    for (const { target, own, lazy, typeOnly } of bySource.get(from)?.imports ?? []) {
      if (lazy || typeOnly || found.has(target)) continue;
      found.set(target, [...way, target]);
      if (own) visit(target, [...way, target]);
    }
  };
  visit(path, [path]);
  return found;
}

function circles(): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]) => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(" → "));
    if (done.has(path) || way.includes(path)) return;
    for (const { target, own } of bySource.get(path)?.imports ?? []) if (own) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}

describe("the house", () => {
  it("has a room for every file", () => {
    expect(sources.filter(({ room }) => room === null).map(({ path }) => `${path} is in no room`)).toEqual(
      [],
    );
  });

  it("imports in one direction, types too", () => {
    const wrong = sources.flatMap(({ path, room, imports }) =>
      imports.flatMap(({ target, line, own }) => {
        const to = roomOf(target);
        if (!own || room === null || target === "package.json") return [];
        if (to !== null && ROOMS.indexOf(to) <= ROOMS.indexOf(room)) return [];
        return [`${path}:${line} imports ${target}: ${room} may not import ${to ?? "what is outside src"}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports", () => {
    expect(circles()).toEqual([]);
  });

  it("imports files by their whole names, all of which are known", () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ target, own }) => target === "?" || (own && !bySource.has(target) && target !== "package.json"),
        )
        .map(({ target, line }) => `${path}:${line} imports ${target}, which cannot be followed`),
    );
    expect(wrong).toEqual([]);
  });
});

describe("the doors", () => {
  it.each(DOORS.map(({ room, rule, what }) => [room, rule, what] as const))(
    "only %s %s",
    (room, _rule, what) => {
      const wrong = sources.flatMap(({ path, room: from, imports }) =>
        imports
          .filter(({ target }) => what.test(target) && from !== room)
          .map(({ target, line }) => `${path}:${line} imports ${target}: only ${room} may`),
      );
      expect(wrong).toEqual([]);
    },
  );

  it("only adapters/git names git as a program", () => {
    const wrong = sources.flatMap(({ path, room, nodes }) =>
      nodes
        .filter((node) => room !== "adapters/git" && literal(node) === "git")
        .map(({ line }) => `${path}:${line} names the program git: only adapters/git may`),
    );
    expect(wrong).toEqual([]);
  });

  it("only cli.ts looks at the process around it", () => {
    const wrong = sources.flatMap(({ path, nodes }) =>
      nodes
        .filter(
          (node) =>
            path !== "src/cli.ts" && node.type === "MemberExpression" && name(node.object) === "process",
        )
        .filter((node) => SURROUNDINGS.includes(String(name(node.property))))
        .map((node) => `${path}:${node.line} uses process.${String(name(node.property))}: only cli.ts may`),
    );
    expect(wrong).toEqual([]);
  });

  it("few files look at the clock", () => {
    const isNow = (node: SyntaxNode) =>
      (node.type === "NewExpression" &&
        name(node.callee) === "Date" &&
        Array.isArray(node.arguments) &&
        node.arguments.length === 0) ||
      (node.type === "MemberExpression" && name(node.object) === "Date" && name(node.property) === "now");
    const wrong = sources.flatMap(({ path, nodes }) =>
      nodes
        .filter((node) => !CLOCK_READERS.includes(path) && isNow(node))
        .map(({ line }) => `${path}:${line} asks for the time: only ${CLOCK_READERS.join(" and ")} may`),
    );
    expect(wrong).toEqual([]);
  });
});

describe("the way of a commit that skips", () => {
  it.each([
    "src/cli.ts",
    "src/commands/status.ts",
    "src/render/status.ts",
    "src/commands/pre-commit.ts",
    "src/render/run.ts",
  ])("loads no third-party code with %s", (entry) => {
    const wrong = [...loadedWith(entry)]
      .filter(([target]) => !/^(src\/|node:)/.test(target) && !ALWAYS_LOADED.includes(target))
      .map(([target, way]) => `${way.slice(0, -1).join(" → ")} loads ${target}`);
    expect(wrong).toEqual([]);
  });

  it.each(["src/cli.ts", "src/commands/status.ts"])(
    "loads nothing that starts processes with %s",
    (entry) => {
      const way = loadedWith(entry).get("node:child_process");
      expect(way?.join(" → ")).toBeUndefined();
    },
  );
});

describe("code", () => {
  it("has short functions", () => {
    const others = sources.filter(({ path }) => !TABLES.includes(path));
    expect(others.flatMap(longFunctions)).toEqual([]);
  });

  it("has short files", () => {
    const paths = [
      ...filesBelow("src", /./),
      ...filesBelow("hooks", /./),
      ...filesBelow("plugins", /./),
      ...filesBelow("bin", /./),
    ];
    expect(lengths(paths)).toEqual([]);
  });
});
