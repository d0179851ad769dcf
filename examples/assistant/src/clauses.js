import { table } from "./data.js";
import { read } from "./reading.js";

const { openers } = table("vocabulary");

/**
 * Splits a prompt into what can be answered one by one: at the ends of sentences, and where "and", "then" or
 * a comma is followed by a new order or question. "solar and wind power" stays whole, because "wind" is a noun.
 * There is always at least one clause, if only an empty one.
 * @param {import("./reading.js").Reading} reading
 * @returns {import("./reading.js").Reading[]}
 */
export function clausesOf(reading) {
  const { tokens } = reading;
  const clauses = [];
  let words = [];
  tokens.forEach((token, index) => {
    const ends = isSentenceEnd(token);
    if (words.length > 0 && (ends || startsClause(tokens, index))) {
      clauses.push(words);
      words = [];
    }
    if (!ends && !(words.length === 0 && isOpener(token))) words.push(token.space + token.text);
  });
  if (words.length > 0) clauses.push(words);
  if (clauses.length === 0) return [reading];
  return clauses.map((clause) =>
    read(
      clause
        .join("")
        .replace(/[\s,;]+$/, "")
        .trimStart(),
    ),
  );
}

const isSentenceEnd = (token) => token.pos === "PUNCT" && /^[.!?;]+$/.test(token.text);
const isOpener = (token) => /^[,;:]$/.test(token.text) || openers.includes(token.lemma);
const isQuestionWord = (token) => /^(why|how|what|which|when|who)$/.test(token.lemma);
const isOrder = (token) => token.pos === "VERB" && token.lemma === token.text.toLowerCase();

function startsClause(tokens, index) {
  if (!isJoint(tokens[index])) return false;
  const next = tokens.slice(index).find((token) => !isOpener(token));
  return next !== undefined && (isOrder(next) || isQuestionWord(next));
}

const isJoint = (token) => token.text === "," || token.pos === "CCONJ" || token.lemma === "then";
