import { table } from "./data.js";

const numbers = new Map(Object.entries(table("vocabulary").numbers));

/**
 * The value of a number in digits or words, or null.
 * @param {string} text such as "1,200", "twenty three" or "one hundred and five"
 */
export function numberFrom(text) {
  const digits = text.replaceAll(",", "");
  if (/^[-+]?\d+(\.\d+)?$/.test(digits)) return Number(digits);
  let value = 0;
  for (const word of text.toLowerCase().split(/[\s-]+/)) {
    if (word === "hundred") value *= 100;
    else if (numbers.has(word)) value += numbers.get(word);
    else if (word !== "and") return null;
  }
  return value;
}

/** At most six decimals, and none that are not needed. */
export const rounded = (value) => Number(value.toFixed(6));
