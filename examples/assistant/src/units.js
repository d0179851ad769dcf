import { table } from "./data.js";

const IRREGULAR = {
  foot: "feet",
  inch: "inches",
  celsius: "celsius",
  kelvin: "kelvin",
  fahrenheit: "fahrenheit",
};

/** Units by what they measure; each with its factor to the base unit. */
export const dimensions = table("units");

/** Every way to write a unit. @type {Map<string, { dimension: string, unit: string }>} */
export const unitSpellings = new Map(
  Object.entries(dimensions).flatMap(([dimension, units]) =>
    Object.keys(units).flatMap((unit) =>
      [unit, IRREGULAR[unit] ?? `${unit}s`].map((spelling) => [spelling, { dimension, unit }]),
    ),
  ),
);
