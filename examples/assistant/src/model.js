import { createRequire } from "node:module";
import model from "wink-eng-lite-web-model";
import winkNLP from "wink-nlp";
import { table } from "./data.js";
import { unitSpellings } from "./units.js";

const require = createRequire(import.meta.url);
const { name, version } = require("wink-eng-lite-web-model/package.json");

/** The trained English model: tokens, parts of speech, lemmas, entities, negation and sentiment. */
export const nlp = winkNLP(model);
export const { its } = nlp;
export const modelName = `${name} ${version}`;

const languages = Object.keys(table("vocabulary").languages);

// The built-in entities know numbers, dates and money, but neither units nor programming languages.
nlp.learnCustomEntities([
  { name: "unit", patterns: [`[${[...unitSpellings.keys()].join("|")}]`] },
  { name: "language", patterns: [`[${languages.join("|")}]`] },
]);
