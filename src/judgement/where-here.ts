import { GitError } from "../adapters/git/command.ts";

/**
 * For questions about the past, of which a partial clone lacks the objects: null where git has no answer. Never for
 * what is judged itself.
 */
export async function whereHere<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}
