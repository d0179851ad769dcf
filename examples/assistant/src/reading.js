import { its, nlp } from "./model.js";

/**
 * @typedef {object} Token
 * @property {string} text
 * @property {string} space       what stands before it
 * @property {string} lemma
 * @property {string} pos         universal part of speech, such as "VERB"
 * @property {boolean} negated
 * @property {boolean} stopWord   carries grammar, not content
 *
 * @typedef {object} Entity
 * @property {string} type        such as "DATE", "CARDINAL" or "unit"
 * @property {string} text
 * @property {number} from        index of its first token
 * @property {number} to          index of its last token
 *
 * @typedef {object} Reading
 * @property {string} text
 * @property {Token[]} tokens
 * @property {Entity[]} entities
 * @property {number} sentiment   from -1 to 1
 * @property {string[]} features  what a kind of request is told by: lemmas, entities by their kind
 * @property {string[]} content   what a topic is told by: the lemmas of the words that carry content
 */

/**
 * What the model sees in a text.
 * @param {string} text
 * @returns {Reading}
 */
export function read(text) {
  const doc = nlp.readDoc(text);
  const tokens = [];
  doc.tokens().each((token) => {
    tokens.push({
      text: token.out(),
      space: token.out(its.precedingSpaces),
      lemma: token.out(its.lemma),
      pos: token.out(its.pos),
      negated: token.out(its.negationFlag),
      stopWord: token.out(its.stopWordFlag),
    });
  });
  const entities = [...entitiesOf(doc.entities()), ...entitiesOf(doc.customEntities())].sort(
    (a, b) => a.from - b.from,
  );
  return {
    text,
    tokens,
    entities,
    sentiment: doc.out(its.sentiment),
    features: featuresOf(tokens, entities),
    content: tokens.filter(isContent).map((token) => token.lemma),
  };
}

function entitiesOf(collection) {
  const found = [];
  collection.each((entity) => {
    const [from, to] = entity.out(its.span);
    found.push({ type: entity.out(its.type), text: entity.out(), from, to });
  });
  return found;
}

const isContent = (token) => !token.stopWord && !["PUNCT", "SYM", "NUM"].includes(token.pos);

/** "twenty three plus 4" and "7 + 12" are the same kind of request, so entities and symbols count by their kind. */
function featuresOf(tokens, entities) {
  return tokens.flatMap((token, index) => {
    const entity = entities.find(({ from, to }) => from <= index && index <= to);
    if (entity !== undefined) return entity.from === index ? [`#${entity.type}`] : [];
    if (token.pos === "PUNCT") return [];
    return [token.pos === "SYM" || token.pos === "NUM" ? `#${token.pos}` : token.lemma];
  });
}
