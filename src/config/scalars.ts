import { z } from "zod";
import { parseDuration, parseSize } from "./pattern.ts";

const DURATION = 'expected a duration such as "90s", "45m", "1.5h" or "14d"';
export const duration = z
  .string(DURATION)
  .refine((text) => parseDuration(text) !== null, DURATION)
  .meta({ pattern: "^\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)$" });

/** A time in which something must have happened. */
export const timeLimit = duration.refine((text) => parseDuration(text) !== 0, "expected a time above zero");

const SIZE = 'expected a size such as "512KiB" or "10MiB"';
export const size = z
  .string(SIZE)
  .refine((text) => parseSize(text) !== null, SIZE)
  .meta({ pattern: "^\\d+(\\.\\d+)?\\s*([KMG]i?)?B$" });

export const sizeAboveZero = size.refine((text) => parseSize(text) !== 0, "expected a size above zero");

/** The last day on which something holds, in UTC. */
export const date = z.iso.date('expected a day such as "2026-12-31"');

export const text = z.string().min(1, "expected a text that is not empty");

export const variables = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected a name of letters, digits and underscores"),
    z.union([z.string(), z.number(), z.boolean()], "expected a text, a number, true or false"),
  )
  .default({});

export function refuseBadExpression(source: string, context: z.RefinementCtx): void {
  try {
    new RegExp(source, "u");
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, "") : String(error);
    context.addIssue({ code: "custom", message: `expected a regular expression (${reason})` });
  }
}

export const regularExpression = text.superRefine(refuseBadExpression);
