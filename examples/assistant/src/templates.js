import { readFileSync } from "node:fs";

const sections = new Map();

/**
 * Fills in a section of one of the prompt files; a value that the template asks for and nobody gives is a bug.
 * @param {string} file such as "simple"
 * @param {string} section such as "greeting"
 * @param {Record<string, string | number>} values
 */
export function render(file, section, values = {}) {
  const template = sectionsOf(file).get(section);
  if (template === undefined) throw new Error(`prompts/${file}.md has no section "${section}"`);
  return fill(template, values);
}

/** The system prompt is one text without sections. */
export function renderSystem(values) {
  return fill(source("system").trim(), values);
}

function fill(template, values) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`the template asks for "${name}"`);
    return String(values[name]);
  });
}

function sectionsOf(file) {
  const known = sections.get(file);
  if (known !== undefined) return known;
  const [, ...parts] = source(file).split(/^## /m);
  const parsed = new Map(
    parts.map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, end).trim(), part.slice(end + 1).trim()];
    }),
  );
  sections.set(file, parsed);
  return parsed;
}

const source = (file) => readFileSync(new URL(`../prompts/${file}.md`, import.meta.url), "utf8");
