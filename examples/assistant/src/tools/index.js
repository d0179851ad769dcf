import { table } from "../data.js";
import { Examples } from "../similarity.js";
import { calculate, expressionIn } from "./calculate.js";
import { conversionIn, convertUnits } from "./convert-units.js";
import { findFiles, searchIn } from "./find-files.js";
import { reminderIn, setReminder } from "./set-reminder.js";
import { writeSource } from "./write-file.js";

const descriptions = table("tools");
const tiers = table("tiers");
const thresholds = table("thresholds");

/** How the arguments of each tool are found in a clause; null where they are not there. */
const ARGUMENTS = {
  calculate: (reading) => {
    const expression = expressionIn(reading);
    return expression === null ? null : { expression };
  },
  convert_units: conversionIn,
  set_reminder: reminderIn,
  find_files: searchIn,
};

const RUNNERS = {
  calculate,
  convert_units: convertUnits,
  set_reminder: setReminder,
  find_files: findFiles,
  write_file: writeSource,
};

/** For the system prompt. */
export const toolNames = Object.keys(RUNNERS);

const examples = new Examples(
  Object.entries(descriptions).flatMap(([tool, { description, intent }]) =>
    [description, ...tiers.action.intents[intent]].map((text) => ({ text, item: tool })),
  ),
  "features",
);

/**
 * The tool for a clause and its arguments: the nearest whose arguments the clause holds.
 * @param {import("../reading.js").Reading} reading
 * @param {Date} now
 * @returns {{ tool: string, args: Record<string, any> } | null}
 */
export function chooseTool(reading, now) {
  const candidates = examples.nearest(reading).filter((match) => match.score >= thresholds.tool.minimum);
  for (const { item: tool } of candidates) {
    const args = wanted(tool, reading) ? ARGUMENTS[tool](reading, now) : null;
    if (args !== null) return { tool, args };
  }
  return null;
}

function wanted(tool, { entities }) {
  const { wants } = descriptions[tool];
  return wants.length === 0 || entities.some((entity) => wants.includes(entity.type));
}

/**
 * @param {{ tool: string, args: Record<string, any> }} call
 * @param {string} projectDir
 */
export function callTool({ tool, args }, projectDir) {
  return RUNNERS[tool](args, projectDir);
}
