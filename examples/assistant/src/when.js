import { numberFrom } from "./numbers.js";

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MINUTES = { minute: 1, hour: 60, day: 24 * 60, week: 7 * 24 * 60 };
const DEFAULT_HOUR = 9;

/**
 * The moment that the entities of a clause speak of, or null where they speak of none.
 * @param {import("./reading.js").Entity[]} entities
 * @param {Date} now
 * @returns {Date | null}
 */
export function momentIn(entities, now) {
  const text = (type) => entities.find((entity) => entity.type === type)?.text.toLowerCase();
  const duration = text("DURATION");
  if (duration !== undefined) return after(duration, now);
  const [date, time] = [text("DATE"), text("TIME")];
  if (date === undefined && time === undefined) return null;
  const day = date === undefined ? startOfDay(now) : dayFrom(date, now);
  return day === null ? null : withTime(day, time);
}

/** @param {Date} moment */
export function formatMoment(moment) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

function after(duration, now) {
  const [, amount, unit] = /^(.+?)\s+(minute|hour|day|week)s?$/.exec(duration) ?? [];
  const count = amount === undefined ? null : numberFrom(amount);
  return count === null ? null : new Date(now.getTime() + count * MINUTES[unit] * 60_000);
}

function dayFrom(text, now) {
  const today = startOfDay(now);
  if (text === "today") return today;
  if (text === "tomorrow") return addDays(today, 1);
  const weekday = WEEKDAYS.findIndex((name) => text.endsWith(name));
  if (weekday >= 0) return addDays(today, ((weekday - today.getDay() + 6) % 7) + 1);
  return calendarDay(text, today);
}

function calendarDay(text, today) {
  const [, name, day, year] =
    /^([a-z]{3})[a-z]*\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s*(\d{4}))?$/.exec(text) ?? [];
  const month = MONTHS.indexOf(name);
  if (month < 0) return null;
  const date = new Date(Number(year ?? today.getFullYear()), month, Number(day));
  return year === undefined && date < today ? new Date(date.getFullYear() + 1, month, Number(day)) : date;
}

function withTime(day, text) {
  if (text === undefined) return atHour(day, DEFAULT_HOUR, 0);
  const [, hour, minute, half] = /^(\d{1,2})(?::(\d{2}))?\s*([ap])?/.exec(text) ?? [];
  if (hour === undefined) return null;
  const base = half === undefined ? Number(hour) : Number(hour) % 12;
  return atHour(day, half === "p" ? base + 12 : base, Number(minute ?? 0));
}

const startOfDay = (now) => new Date(now.getFullYear(), now.getMonth(), now.getDate());
const addDays = (day, count) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + count);
const atHour = (day, hour, minute) =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute);
