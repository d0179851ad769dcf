import type { JsonValue } from "../protocol.ts";
import type { ModelUse } from "./account.ts";

/** What a test recorded: its properties, and how many prompts and tool calls are among its turns. */
export interface Recorded {
  readonly property: (name: string) => JsonValue | undefined;
  readonly prompts: number;
  readonly toolCalls: number;
}

/**
 * A prompt is one request to a model, and one call of its API, unless the properties `llm_requests` and `api_calls`
 * say otherwise. null where the test recorded nothing of the kind.
 */
export function modelUse({ property, prompts, toolCalls }: Recorded): ModelUse | null {
  const amount = (...names: readonly string[]) => names.map(property).find(isAmount) ?? null;
  const prompt = amount("prompt_tokens", "input_tokens");
  const completion = amount("completion_tokens", "output_tokens");
  const total = amount("total_tokens", "tokens");
  const requests = amount("llm_requests");
  const calls = amount("api_calls");
  const said = [prompt, completion, total, requests, calls].some((one) => one !== null);
  if (!said && prompts === 0 && toolCalls === 0) return null;
  const llmRequests = requests ?? prompts;
  return {
    llmRequests,
    apiCalls: calls ?? llmRequests,
    toolCalls,
    tokens: {
      prompt: prompt ?? 0,
      completion: completion ?? 0,
      total: total ?? (prompt ?? 0) + (completion ?? 0),
    },
  };
}

export function addedUse(uses: readonly (ModelUse | null)[]): ModelUse | null {
  return uses.reduce((sum, one) => (sum === null || one === null ? (sum ?? one) : added(sum, one)), null);
}

function added(left: ModelUse, right: ModelUse): ModelUse {
  return {
    apiCalls: left.apiCalls + right.apiCalls,
    llmRequests: left.llmRequests + right.llmRequests,
    toolCalls: left.toolCalls + right.toolCalls,
    tokens: {
      prompt: left.tokens.prompt + right.tokens.prompt,
      completion: left.tokens.completion + right.tokens.completion,
      total: left.tokens.total + right.tokens.total,
    },
  };
}

function isAmount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
