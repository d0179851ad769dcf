import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin, type PluginContext } from "rolldown";

/** What is bundled keeps its licence: the texts travel beside the code. */
const licences = (fileName: string): Plugin => ({
  name: "third-party-licences",
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
    const folders = new Set(
      modules.flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []),
    );
    const source = [...folders].sort().map(licenceOf).join("\n");
    this.emitFile({ type: "asset", fileName, source });
  },
});

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}

/** hasha asks in a top-level await whether there are worker threads; CommonJS has no such thing, Node always has these. */
const hashaWithoutTopLevelAwait: Plugin = {
  name: "hasha-without-top-level-await",
  transform(code, id) {
    if (!/[\\/]hasha[\\/]index\.js$/.test(id)) return null;
    const asking = /const \{Worker\} = await \(async \(\) => \{.*?\}\)\(\);/s;
    if (!asking.test(code)) this.error("hasha has changed: see whether it still needs this plugin");
    return code.replace(asking, 'import {Worker} from "node:worker_threads";');
  },
};

/** One character beyond Latin-1, if only in a comment, and V8 holds all of a part in two bytes a character. */
const inOneByte: Plugin = {
  name: "in-one-byte",
  renderChunk: (code) => ({
    code: code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  }),
};

/** Of package.json only the version is asked for. */
const versionAlone: Plugin = {
  name: "version-alone",
  load(id) {
    if (id !== join(import.meta.dirname, "package.json")) return null;
    const { version } = JSON.parse(readFileSync(id, "utf8"));
    return { code: JSON.stringify({ version }), moduleType: "json" };
  },
};

/** The one file that draws is an ES module of its own: ink has top-level awaits, which CommonJS has not. */
const framesApart: Plugin = {
  name: "frames-apart",
  resolveId: (id) => (id === "./frames.ts" ? { id: "./frames.mjs", external: true } : null),
};

/** ink has tools for who develops it, which it loads where the user's environment has DEV=true. */
const inkWithoutDevtools: Plugin = {
  name: "ink-without-devtools",
  transform(code, id) {
    if (/[\\/]ink[\\/]build[\\/]devtools\.js$/.test(id)) return "export {};";
    if (!/[\\/]ink[\\/]build[\\/]utils\.js$/.test(id)) return null;
    const asking = "process.env['DEV'] === 'true'";
    if (!code.includes(asking)) this.error("ink has changed: see whether it still needs this plugin");
    return code.replace(asking, "false");
  },
};

/** Compiled code is kept of parts that have a hash of their content in their names: the first one is such a part. */
const hashedEntry: Plugin = {
  name: "hashed-entry",
  generateBundle(_, bundle) {
    const entry = Object.values(bundle).find((part) => part.type === "chunk" && part.isEntry);
    if (entry === undefined) this.error("there is no part to begin with");
    this.emitFile({ type: "asset", fileName: "cli.cjs", source: `require("./${entry.fileName}");\n` });
  },
};

const JUDGING = /[\\/]src[\\/](commands[\\/](status-judged|pre-commit|post-commit)|render[\\/]run)\.ts$/;
const VERIFYING =
  /[\\/]src[\\/](commands[\\/]verify|render[\\/]verify-formats|integrations[\\/]fixers-of-tree)\.ts$/;

/** Loaded by verify where it is asked for: it is to load what it shares with what judges, and not the rest. */
const VERIFYING_DEEPLY = /[\\/]src[\\/]verify[\\/]contents\.ts$/;

type Graph = Pick<PluginContext, "getModuleInfo">;

/** Whether both what judges and what verifies load it: neither is to load the rest of the other. */
function isShared(id: string, graph: Graph): boolean {
  const above = [...importersOf(id, graph)];
  const isBelow = (loader: RegExp) => above.some((one) => loader.test(one));
  return isBelow(JUDGING) && (isBelow(VERIFYING) || isBelow(VERIFYING_DEEPLY));
}

function importersOf(id: string, graph: Graph, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(id)) return found;
  found.add(id);
  for (const importer of graph.getModuleInfo(id)?.importers ?? []) importersOf(importer, graph, found);
  return found;
}

/**
 * Each verb is loaded when it is called, with what it uses. What judges is one chunk, because each file more
 * takes a start another millisecond; what `gate status` needs while the memo holds is a smaller one of its own.
 * CommonJS, because Node starts that 5 ms sooner. Everything third-party is bundled, because loading it
 * unbundled costs two to four times as much.
 */
const program = defineConfig({
  input: { cli: "src/cli.ts" },
  platform: "node",
  // Its main file asks for its parts in a way that no bundler can follow.
  resolve: { alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" } },
  plugins: [
    licences("third-party-licences.txt"),
    hashaWithoutTopLevelAwait,
    framesApart,
    versionAlone,
    inOneByte,
    hashedEntry,
  ],
  output: {
    dir: "dist",
    format: "cjs",
    cleanDir: true,
    entryFileNames: "[name]-[hash].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    minify: false,
    codeSplitting: {
      groups: [
        { name: "start", test: /[\\/](src[\\/](cli|verbs)\.ts|package\.json)$/, priority: 3 },
        { name: "toml", test: /[\\/]node_modules[\\/]smol-toml[\\/]/, priority: 2 },
        { name: "git", test: /[\\/]src[\\/]adapters[\\/]git[\\/](index|lone)\.ts$/, priority: 2 },
        {
          debugName: "evidence",
          name: (id, graph) => (isShared(id, graph) ? "evidence" : null),
          priority: 1.5,
        },
        { name: "judging", test: JUDGING, priority: 1 },
        {
          name: "why-ignored",
          test: /[\\/]src[\\/]((commands|render)[\\/]why-ignored|ignore[\\/]explain)\.ts$/,
          priority: 0.6,
        },
        { name: "verifying", test: VERIFYING, priority: 0.4 },
      ],
    },
  },
});

const frames = defineConfig({
  input: { frames: "src/render/dashboard/frames.ts" },
  platform: "node",
  transform: { define: { "process.env.NODE_ENV": '"production"' } },
  plugins: [licences("third-party-licences-frames.txt"), inkWithoutDevtools],
  output: {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].mjs",
    codeSplitting: false,
    minify: false,
  },
});

export default [program, frames];
