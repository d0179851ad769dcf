import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "../data.js";
import { read } from "../reading.js";

const { searchWords } = table("vocabulary");
const CONTENT = ["NOUN", "PROPN", "VERB", "ADJ"];
const TEXT_FILE = /\.(md|txt)$/;

/**
 * The content words of a clause, by lemma, without those that only order the search.
 * @param {import("../reading.js").Reading} reading
 */
export function searchIn({ tokens }) {
  const terms = tokens
    .filter((token) => CONTENT.includes(token.pos) && !searchWords.includes(token.lemma))
    .map((token) => token.lemma);
  return terms.length === 0 ? null : { terms: terms.join(" ") };
}

/**
 * Text files that hold every term in any of its forms ("retries" is found by "retry"), most mentions first.
 * @param {{ terms: string }} args
 * @param {string} projectDir
 * @returns {{ ok: true, value: { files: { path: string, mentions: number }[] } }}
 */
export function findFiles({ terms }, projectDir) {
  const wanted = terms.split(" ");
  const files = textFiles(projectDir)
    .map((path) => ({ path, mentions: mentions(join(projectDir, path), wanted) }))
    .filter((file) => file.mentions > 0)
    .sort((a, b) => b.mentions - a.mentions || (a.path < b.path ? -1 : 1));
  return { ok: true, value: { files } };
}

function textFiles(projectDir) {
  return readdirSync(projectDir, { recursive: true, withFileTypes: false })
    .map((path) => String(path).replaceAll("\\", "/"))
    .filter((path) => TEXT_FILE.test(path) && !/(^|\/)(\.|node_modules\/)/.test(path));
}

function mentions(path, wanted) {
  const lemmas = read(readFileSync(path, "utf8")).tokens.map((token) => token.lemma);
  const counts = wanted.map((term) => lemmas.filter((lemma) => lemma === term).length);
  return counts.includes(0) ? 0 : counts.reduce((a, b) => a + b, 0);
}
