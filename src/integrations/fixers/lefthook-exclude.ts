import { isScalar, parseDocument } from "yaml";
import { err, ok, type Result } from "../../result.ts";
import { insertYamlItem } from "../yaml-insert.ts";
import { withJsonItem } from "./tools/edit-json.ts";

/** Adds a glob to the `exclude` of a command or job of lefthook's. */
export function withExcludedGlob(
  file: string,
  text: string,
  { path, glob }: { readonly path: readonly string[]; readonly glob: string },
): Result<string, string> {
  if (/\.jsonc?$/.test(file)) return inJson(text, path, glob);
  if (!/\.ya?ml$/.test(file)) return err("is not edited by gate");
  const document = parseDocument(text);
  const job: unknown = document.getIn(path);
  const exclude: unknown = document.getIn([...path, "exclude"], true);
  if (document.errors.length > 0 || typeof job !== "object")
    return err("has the job in another form than expected");
  if (exclude === undefined)
    return insertYamlItem(text, { path, key: "exclude", value: [glob], comments: [] });
  if (!isScalar(exclude))
    return insertYamlItem(text, { path: [...path, "exclude"], key: null, value: glob, comments: [] });
  const old = exclude.value;
  if (typeof old !== "string" || !exclude.range || exclude.anchor !== undefined) {
    return err("has an exclude in another form than expected");
  }
  if (isExpression(old))
    return err("has an exclude that is a regular expression, which newer versions read as a glob");
  const [start, end] = exclude.range;
  return ok(`${text.slice(0, start)}[${JSON.stringify(old)}, ${JSON.stringify(glob)}]${text.slice(end)}`);
}

/** What the exclude of older versions was, where it is one text. */
export function isExpression(exclude: string): boolean {
  return /[\^$|()\\]/.test(exclude);
}

function inJson(text: string, path: readonly string[], glob: string): Result<string, string> {
  const [first, ...rest] = path;
  if (first === undefined || path.some((step) => /^\d+$/.test(step))) {
    return err("has its jobs in a list, which gate does not edit in JSON");
  }
  return withJsonItem(text, { path: [first, ...rest, "exclude"], item: glob });
}
