import type { GapsFormat } from "../commands/formats.ts";
import type { GapsDocument } from "../commands/gaps-document.ts";
import { unreachable } from "../result.ts";
import { renderGaps } from "./gaps.ts";
import { renderGapsMarkdown } from "./gaps-markdown.ts";

export function renderGapsAs(document: GapsDocument, format: GapsFormat): string {
  switch (format) {
    case "text":
      return renderGaps(document);
    case "json":
      return JSON.stringify(document);
    case "markdown":
      return renderGapsMarkdown(document);
    default:
      return unreachable(format);
  }
}
