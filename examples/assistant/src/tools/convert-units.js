import { numberFrom, rounded } from "../numbers.js";
import { dimensions, unitSpellings } from "../units.js";

/** To and from kelvin; the other dimensions are plain factors. */
const TEMPERATURES = {
  celsius: { toBase: (value) => value + 273.15, fromBase: (value) => value - 273.15 },
  fahrenheit: {
    toBase: (value) => ((value - 32) * 5) / 9 + 273.15,
    fromBase: (value) => ((value - 273.15) * 9) / 5 + 32,
  },
  kelvin: { toBase: (value) => value, fromBase: (value) => value },
};

/**
 * Amount and units of a clause: the unit right after the number is what to convert from.
 * @param {import("../reading.js").Reading} reading
 */
export function conversionIn({ tokens, entities }) {
  const units = entities.filter((entity) => entity.type === "unit");
  const from = units.find((unit) => tokens[unit.from - 1]?.pos === "NUM");
  const to = units.find((unit) => unit !== from);
  if (from === undefined || to === undefined) return null;
  const amount = numberFrom(tokens[from.from - 1].text);
  return amount === null ? null : { amount, from: from.text, to: to.text };
}

/**
 * @param {{ amount: number, from: string, to: string }} args
 * @returns {{ ok: true, value: number } | { ok: false, problem: string }}
 */
export function convertUnits({ amount, from, to }) {
  const [source, target] = [from, to].map((text) => unitSpellings.get(text.toLowerCase()));
  if (source === undefined || target === undefined)
    return { ok: false, problem: `${from} or ${to} is no unit I know` };
  if (source.dimension !== target.dimension)
    return { ok: false, problem: `${from} measure ${source.dimension}, ${to} measure ${target.dimension}` };
  return { ok: true, value: rounded(scale(target).fromBase(scale(source).toBase(amount))) };
}

function scale({ dimension, unit }) {
  if (dimension === "temperature") return TEMPERATURES[unit];
  const factor = dimensions[dimension][unit];
  return { toBase: (value) => value * factor, fromBase: (value) => value / factor };
}
