import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatMoment, momentIn } from "../when.js";

const TIMES = ["DATE", "TIME", "DURATION"];

/**
 * What to be reminded of, and when: the clause without its order and without its times.
 * @param {import("../reading.js").Reading} reading
 * @param {Date} now
 */
export function reminderIn({ tokens, entities }, now) {
  const times = entities.filter((entity) => TIMES.includes(entity.type));
  const moment = momentIn(times, now);
  const covered = new Set(
    times.flatMap(({ from, to }) => range(tokens[from - 1]?.pos === "ADP" ? from - 1 : from, to)),
  );
  const rest = tokens
    .map((token, index) => ({ ...token, covered: covered.has(index) }))
    .filter((token) => !token.covered);
  const start = rest.findIndex((token) => token.pos === "PART" && token.lemma === "to");
  const what = rest
    .slice(start + 1)
    .map((token) => token.text)
    .join(" ")
    .replace(/[\s.,!?]+$/, "");
  return start < 0 || what === "" || moment === null ? null : { what, at: formatMoment(moment) };
}

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/**
 * Keeps the reminder in the project's reminders.json.
 * @param {{ what: string, at: string }} reminder
 * @param {string} projectDir
 * @returns {{ ok: true, value: { reminders: number } }}
 */
export function setReminder(reminder, projectDir) {
  const path = join(projectDir, "reminders.json");
  const reminders = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  reminders.push(reminder);
  writeFileSync(path, `${JSON.stringify(reminders, null, 2)}\n`);
  return { ok: true, value: { reminders: reminders.length } };
}
