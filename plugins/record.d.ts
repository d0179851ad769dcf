/** The context of a node:test test, of a vitest test, or a test's id; `{ id: null }` is the suite as a whole. */
export type TestSource =
  | { readonly name: string; readonly diagnostic: (message: string) => void }
  | { readonly task: { readonly id: string; readonly name: string } }
  | { readonly id: string | null };

export interface GateRecord {
  /** The test's id, as the reporter has it. */
  readonly id: string | null;
  /** Something about the test, for its metadata.json. The last value of a name counts. */
  property(name: string, value: unknown): void;
  prompt(text: string, about?: { readonly tier?: string }): void;
  thinking(text: string): void;
  toolCall(tool: string, args: unknown): void;
  toolResult(tool: string, result: unknown): void;
  response(text: string): void;
  /**
   * Adds text to one of the test's logs, such as `session.log`. In the session it is told to the log of a component for
   * the step: the one that is named, or else `session` of `session.log`.
   */
  log(name: string, text: string, about?: { readonly component?: string }): void;
  /** Copies a file, as it is now, to the test's logs. */
  logFile(path: string, name?: string): void;
}

/** Records what one test said and did, for the reports that gate commits. Outside gate it does nothing. */
export function gateRecord(source: TestSource): GateRecord;
