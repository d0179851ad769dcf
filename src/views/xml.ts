export interface XmlElement {
  readonly name: string;
  /** In this order; null is left out. */
  readonly attributes: Readonly<Record<string, string | number | null>>;
  readonly content: readonly XmlElement[] | string;
}

export function xmlElement(
  name: string,
  attributes: XmlElement["attributes"],
  content: XmlElement["content"] = [],
): XmlElement {
  return { name, attributes, content };
}

/** A whole document, two spaces a level. What XML 1.0 cannot hold is shown as `\u001b`. */
export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, "")}\n`;
}

function renderElement({ name, attributes, content }: XmlElement, indent: string): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [` ${key}="${escapeAttribute(String(value))}"`],
  );
  const start = `${indent}<${name}${pairs.join("")}`;
  if (content.length === 0) return `${start}/>`;
  if (typeof content === "string") return `${start}>${escapeText(content)}</${name}>`;
  const inner = content.map((one) => renderElement(one, `${indent}  `));
  return [`${start}>`, ...inner, `${indent}</${name}>`].join("\n");
}

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escapeText(text: string): string {
  return representable(text).replace(/[&<>"]/g, (mark) => REFERENCES[mark] ?? mark);
}

/** A reader turns white space in an attribute into blanks, unless it is written as a reference. */
function escapeAttribute(text: string): string {
  return escapeText(text).replace(/[\t\n]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** Controls, marks that turn the direction of writing, lone surrogates, and what is no character. */
const NOT_SHOWN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/gu;

function representable(text: string): string {
  return text.replace(NOT_SHOWN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
