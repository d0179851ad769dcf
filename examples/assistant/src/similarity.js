import BM25Vectorizer from "wink-nlp/utilities/bm25-vectorizer.js";
import similarity from "wink-nlp/utilities/similarity.js";
import { read } from "./reading.js";

/**
 * @typedef {object} Match
 * @property {any} item
 * @property {number} score  cosine of the weighted bags of words, from 0 to 1
 */

/** Finds what is nearest to a text among examples that the model has read. */
export class Examples {
  #vectorizer = BM25Vectorizer();
  #aspect;
  #examples;

  /**
   * @param {{ text: string, item: any }[]} examples
   * @param {"features" | "content"} aspect  what of a reading is compared
   */
  constructor(examples, aspect) {
    this.#aspect = aspect;
    const bags = examples.map(({ text }) => read(text)[aspect]);
    for (const bag of bags) this.#vectorizer.learn(bag);
    this.#examples = examples.map(({ item }, index) => ({
      item,
      bag: this.#vectorizer.bowOf(bags[index], true),
    }));
  }

  /**
   * All examples, the nearest first; equal scores keep the order of the examples.
   * @param {import("./reading.js").Reading} reading
   * @returns {Match[]}
   */
  nearest(reading) {
    const bag = this.#vectorizer.bowOf(reading[this.#aspect], true);
    return this.#examples
      .map((example) => ({ item: example.item, score: similarity.bow.cosine(bag, example.bag) }))
      .sort((a, b) => b.score - a.score);
  }
}
