import { table } from "./data.js";
import { notesAbout, snippetFor } from "./knowledge.js";
import { read } from "./reading.js";
import { render } from "./templates.js";
import { chooseTool } from "./tools/index.js";

const thresholds = table("thresholds");
const { languages } = table("vocabulary");
const EXTENSIONS = { python: "py", javascript: "js" };

/**
 * @typedef {object} Context
 * @property {Date} now
 * @property {(call: { tool: string, args: Record<string, any> }) => any} call  runs a tool and tells the listeners
 *
 * @typedef {(reading: import("./reading.js").Reading, intent: string | null, context: Context) => string} Answer
 */

/** One answer for each tier. @type {Record<string, Answer>} */
export const ANSWERS = { simple, action, reasoning, code };

function simple(reading, intent) {
  const { sympathy, joy } = thresholds.sentiment;
  if (reading.sentiment <= sympathy) return render("simple", "sympathy");
  if (intent !== null) return render("simple", intent);
  if (reading.sentiment >= joy) return render("simple", "joy");
  return render("simple", "unknown", { clause: reading.text });
}

function action(reading, _intent, { now, call }) {
  if (reading.tokens.some((token) => token.negated)) return render("action", "negated");
  const chosen = chooseTool(reading, now);
  if (chosen === null) return render("action", "unsuitable", { clause: reading.text });
  const result = call(chosen);
  if (!result.ok) return render("action", "failed", { problem: result.problem });
  if (chosen.tool === "find_files") return found(chosen.args.terms, result.value.files);
  return render("action", chosen.tool, { ...chosen.args, value: result.value });
}

function found(terms, files) {
  if (files.length === 0) return render("action", "find_files_none", { terms });
  const list = files.map(({ path, mentions }) => `${path} (${mentions})`).join(", ");
  return render("action", "find_files", { terms, count: files.length, files: list });
}

function reasoning(reading, intent) {
  const sides = intent === "compare" ? sidesOf(reading) : null;
  if (sides !== null) return comparison(reading, sides);
  const known = notesAbout(reading);
  if (known.length === 0) return render("reasoning", "unknown", { clause: reading.text });
  const steps = known.map((text, index) => render("reasoning", "step", { number: index + 1, text }));
  return render("reasoning", "explain", { steps: steps.join("\n") });
}

/**
 * The things around "and", "from", "with" or "or", told by their parts of speech: the nearest noun names each.
 * @returns {[string, string] | null}
 */
function sidesOf({ tokens }) {
  const joint = tokens.findLastIndex((token) => /^(and|from|with|or|versus)$/.test(token.lemma));
  const isName = (token) => ["NOUN", "PROPN", "ADJ"].includes(token.pos);
  const left = tokens.slice(0, joint).findLast(isName);
  const right = tokens.slice(joint + 1).find(isName);
  return joint < 0 || left === undefined || right === undefined ? null : [left.text, right.text];
}

function comparison(reading, [left, right]) {
  const [leftText, rightText] = [left, right].map((side) => notesAbout(read(side))[0]);
  if (leftText === undefined || rightText === undefined)
    return render("reasoning", "unknown", { clause: reading.text });
  return render("reasoning", "compare", { left, leftText, right, rightText });
}

function code(reading, intent, { call }) {
  if (intent === "debug") return render("code", "debug");
  const snippet = snippetFor(reading);
  if (snippet === null) return render("code", "unknown", { clause: reading.text });
  const named = reading.entities.find((entity) => entity.type === "language");
  const language = languages[named?.text.toLowerCase() ?? "python"];
  const args = { path: `${snippet.name}.${EXTENSIONS[language]}`, source: snippet[language] };
  const result = call({ tool: "write_file", args });
  if (!result.ok) return render("action", "failed", { problem: result.problem });
  const lines = args.source.trimEnd().split("\n").length;
  return render("code", "write", { ...args, language, lines });
}
