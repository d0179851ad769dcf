import type { VerifyFormat } from "../commands/formats.ts";
import type { VerifyDocument } from "../commands/verify-document.ts";
import { unreachable } from "../result.ts";
import { renderVerify } from "./verify.ts";

/** What is for another program is loaded where it asks. */
export async function renderVerifyAs(document: VerifyDocument, format: VerifyFormat): Promise<string> {
  switch (format) {
    case "text":
      return renderVerify(document);
    case "json":
      return JSON.stringify(document);
    case "github": {
      const { renderVerifyGithub } = await import("./verify-github.ts");
      return renderVerifyGithub(document, globalThis.crypto.randomUUID());
    }
    case "junit":
      return (await import("./verify-junit.ts")).renderVerifyJunit(document);
    case "sarif":
      return (await import("./verify-sarif.ts")).renderVerifySarif(document);
    default:
      return unreachable(format);
  }
}
