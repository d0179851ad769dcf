import type { Turn } from "../protocol.ts";
import { unreachable } from "../result.ts";
import type { TestResult } from "../suite/results.ts";
import type { Normaliser } from "./normalise.ts";

/** A text in a diagram is cut after so many characters. The log has it whole. */
export const DIAGRAM_TEXT_LIMIT = 2000;

/**
 * A PlantUML sequence diagram of what a test and its model said to each other. One statement a line, every
 * text behind a statement's colon on that line, so that no text begins a line of its own.
 */
export function renderDiagram(test: TestResult, normaliser: Normaliser): string {
  const tools = new Map<string, string>();
  for (const turn of test.turns) {
    if ("tool" in turn && !tools.has(turn.tool)) tools.set(turn.tool, `Tool${tools.size + 1}`);
  }
  const label = (text: string) => escaped(shortened(normaliser.text(text)));
  const lines = [
    "@startuml",
    "skinparam maxMessageSize 480",
    "skinparam wrapWidth 480",
    `title ${label(test.name)}`,
    "participant Test",
    "participant Model",
    ...[...tools].map(([tool, alias]) => `participant "${quoted(label(tool))}" as ${alias}`),
    ...test.turns.map((turn) => statement(turn, (tool) => tools.get(tool) ?? "Model", label)),
    ...(test.turns.length === 0 ? ["note over Test : no conversation was recorded"] : []),
    ...(test.message === null ? [] : [`note over Test : ${label(test.message)}`]),
    `== ${test.outcome ?? "not finished"} ==`,
    "@enduml",
  ];
  return `${lines.join("\n")}\n`;
}

function statement(turn: Turn, alias: (tool: string) => string, label: (text: string) => string): string {
  switch (turn.kind) {
    case "prompt": {
      const tier = turn.tier === undefined ? "" : `[${label(turn.tier)}] `;
      return `Test -> Model : ${tier}${label(turn.text)}`;
    }
    case "thinking":
      return `note right of Model : ${label(turn.text)}`;
    case "tool-call":
      return `Model -> ${alias(turn.tool)} : ${label(JSON.stringify(turn.arguments))}`;
    case "tool-result":
      return `${alias(turn.tool)} --> Model : ${label(textOf(turn.result))}`;
    case "response":
      return `Model --> Test : ${label(turn.text)}`;
    default:
      return unreachable(turn);
  }
}

function textOf(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result);
}

function shortened(text: string): string {
  if (text.length <= DIAGRAM_TEXT_LIMIT) return text;
  const half = /[\ud800-\udbff]/.test(text.charAt(DIAGRAM_TEXT_LIMIT - 1)) ? 1 : 0;
  const kept = text.slice(0, DIAGRAM_TEXT_LIMIT - half);
  return `${kept} … (${text.length - kept.length} more characters)`;
}

/**
 * What PlantUML reads as anything but text, as `<U+XXXX>`: tags, entities, escapes, the preprocessor's calls
 * and variables; and of creole's doubled signs (`**`, `//`, `[[`) every one, so that none is left doubled.
 */
const NOT_TEXT =
  /[<\\~$@|]|&(?=[#A-Za-z])|%(?=\w)|!(?=[\w!])|([*/_"'.^#={}[\]!-])\1+|\/(?=')|'(?=\/)|^['/#*=;:\s]|[ \t]+$/g;

function escaped(text: string): string {
  if (text === "") return "(empty)";
  // Each line of the text as a line of the label.
  return text
    .replaceAll("\t", "    ")
    .split(/[\n\u2028\u2029]/)
    .map((line) => line.replace(NOT_TEXT, (found) => [...found].map(codePoint).join("")))
    .join("\\n");
}

/** In a quoted name a single quotation mark would end it. */
function quoted(label: string): string {
  return label.replaceAll('"', codePoint('"'));
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
