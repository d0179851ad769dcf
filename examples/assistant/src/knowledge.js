import { table } from "./data.js";
import { Examples } from "./similarity.js";

const thresholds = table("thresholds");
const facts = table("notes");
const notes = new Examples(
  facts.map((fact) => ({ text: `${fact.topic}: ${fact.text}`, item: fact })),
  "content",
);
const snippets = new Examples(
  table("snippets").map((snippet) => ({ text: snippet.purpose, item: snippet })),
  "content",
);

/**
 * What is known about a question: the nearest notes, in the order in which they explain each other.
 * @param {import("./reading.js").Reading} reading
 * @returns {string[]}
 */
export function notesAbout(reading) {
  return notes
    .nearest(reading)
    .filter((match) => match.score >= thresholds.note.minimum)
    .slice(0, thresholds.note.steps)
    .map((match) => match.item)
    .sort((a, b) => facts.indexOf(a) - facts.indexOf(b))
    .map((fact) => fact.text);
}

/**
 * The function that serves a purpose, or null.
 * @param {import("./reading.js").Reading} reading
 */
export function snippetFor(reading) {
  const [best] = snippets.nearest(reading);
  return best.score >= thresholds.snippet.minimum ? best.item : null;
}
