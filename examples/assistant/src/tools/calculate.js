import { table } from "../data.js";
import { numberFrom, rounded } from "../numbers.js";

const operators = new Map(Object.entries(table("vocabulary").operators));

/**
 * The arithmetic expression that a clause holds, or null: "12% of 340" becomes "12% * 340".
 * @param {import("../reading.js").Reading} reading
 */
export function expressionIn(reading) {
  const parts = reading.tokens.map((token, index) => partOf(token, index, reading));
  const expression = tidy(parts.filter((part) => part !== null).join(" "));
  // "divide 10 by 4" and "add 5 and 6" name the operation first.
  const prefix = /^([-+*/]) (\S+) (\S+)$/.exec(expression);
  if (prefix !== null) return `${prefix[2]} ${prefix[1]} ${prefix[3]}`;
  return /\d/.test(expression) ? expression : null;
}

function partOf(token, index, { entities }) {
  const number = entities.find(
    (entity) => entity.type === "CARDINAL" && entity.from <= index && index <= entity.to,
  );
  if (number !== undefined) return number.from === index ? asDigits(number.text) : null;
  if (token.pos === "NUM") return asDigits(token.text);
  if (token.lemma === "percent" || token.text === "%") return "%";
  if (token.lemma === "of") return entities.some((entity) => entity.type === "PERCENT") ? "*" : null;
  if (/^[-+*/()]+$/.test(token.text)) return token.text;
  return operators.get(token.lemma) ?? null;
}

/** "2-1" is one token to the model and stays as it is. */
const asDigits = (text) => String(numberFrom(text) ?? text);

const tidy = (expression) =>
  expression
    .replace(/([-+*/()])/g, " $1 ")
    .replace(/\s+%/g, "%")
    .replace(/\s+/g, " ")
    .trim();

/**
 * Evaluates an expression of numbers, + - * / ( ) and %.
 * @param {{ expression: string }} args
 * @returns {{ ok: true, value: number } | { ok: false, problem: string }}
 */
export function calculate({ expression }) {
  const tokens = expression.match(/\d+(?:\.\d+)?|[-+*/()%]/g) ?? [];
  const value = new Parser(tokens).parse();
  if (value === null) return { ok: false, problem: `"${expression}" is not an expression` };
  if (!Number.isFinite(value)) return { ok: false, problem: "a division by zero has no result" };
  return { ok: true, value: rounded(value) };
}

/** Recursive descent: a sum of products of signed factors. */
class Parser {
  #tokens;
  #next = 0;

  constructor(tokens) {
    this.#tokens = tokens;
  }

  parse() {
    const value = this.#sum();
    return this.#next === this.#tokens.length && !Number.isNaN(value) ? value : null;
  }

  #take(...wanted) {
    return wanted.includes(this.#tokens[this.#next]) ? this.#tokens[this.#next++] : null;
  }

  #sum() {
    let value = this.#product();
    for (let sign = this.#take("+", "-"); sign !== null; sign = this.#take("+", "-")) {
      value += sign === "+" ? this.#product() : -this.#product();
    }
    return value;
  }

  #product() {
    let value = this.#factor();
    for (let sign = this.#take("*", "/"); sign !== null; sign = this.#take("*", "/")) {
      const factor = this.#factor();
      value = sign === "*" ? value * factor : quotient(value, factor);
    }
    return value;
  }

  #factor() {
    if (this.#take("-") !== null) return -this.#factor();
    if (this.#take("(") === null) return this.#number();
    const value = this.#sum();
    return this.#take(")") === null ? Number.NaN : value;
  }

  #number() {
    const token = this.#tokens[this.#next];
    if (token === undefined || !/^\d/.test(token)) return Number.NaN;
    this.#next += 1;
    return this.#take("%") === null ? Number(token) : Number(token) / 100;
  }
}

/** Zero by zero has no value either, and is not a mistake in the expression. */
const quotient = (value, divisor) => (divisor === 0 ? Number.POSITIVE_INFINITY : value / divisor);
