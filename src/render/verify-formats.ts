import type { VerifyDocument, VerifyFormat } from "../commands/verify-document.ts";
import { unreachable } from "../result.ts";
import { renderVerify } from "./verify.ts";

export function renderVerifyAs(document: VerifyDocument, format: VerifyFormat): string {
  switch (format) {
    case "text":
      return renderVerify(document);
    case "json":
      return JSON.stringify(document);
    default:
      return unreachable(format);
  }
}
