import { randomUUID } from "node:crypto";
import type { VerifyFormat } from "../commands/formats.ts";
import type { VerifyDocument } from "../commands/verify-document.ts";
import { unreachable } from "../result.ts";
import { renderVerify } from "./verify.ts";
import { renderVerifyGithub } from "./verify-github.ts";
import { renderVerifyJunit } from "./verify-junit.ts";
import { renderVerifySarif } from "./verify-sarif.ts";

export function renderVerifyAs(document: VerifyDocument, format: VerifyFormat): string {
  switch (format) {
    case "text":
      return renderVerify(document);
    case "json":
      return JSON.stringify(document);
    case "github":
      return renderVerifyGithub(document, randomUUID());
    case "junit":
      return renderVerifyJunit(document);
    case "sarif":
      return renderVerifySarif(document);
    default:
      return unreachable(format);
  }
}
