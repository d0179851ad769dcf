import type { JsonObject, TestOutcome } from "../protocol.ts";
import type { SessionRecord } from "../suite/session.ts";
import type { RecordedService } from "./service-states.ts";
import type { Complaint } from "./told-events.ts";

/** One session as its files tell of it: whole, running, or broken off. For people; it decides no verdict. */
export interface SessionAccount {
  readonly record: SessionRecord;
  /** `crashed`: it never came to its end, and nothing of it runs any more. */
  readonly state: SessionState;
  readonly runner: { readonly name: string; readonly version: string } | null;
  /** Whether its runner can leave out the tests that have ended. */
  readonly resumes: boolean;
  /** Ended, begun and planned ones. */
  readonly tests: readonly AccountedTest[];
  readonly domains: readonly DomainAccount[];
  /** By number. */
  readonly steps: readonly StepAccount[];
  readonly services: readonly RecordedService[];
  /** The first ones that the logs hold. */
  readonly complaints: readonly Complaint[];
  /** How many lines of the logs say of themselves that they are errors, and warnings. */
  readonly errors: number;
  readonly warnings: number;
  /** Most of a GPU's memory in use at a time; null where nobody measured. */
  readonly peakVramMiB: number | null;
  readonly archive: ArchiveFacts | null;
  /** What lies in the session's directory, by name. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly directories: readonly string[];
  /** Of all that is below it. */
  readonly bytes: number;
}

export type SessionState = "running" | "ended" | "crashed";

export interface AccountedTest {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  /** null where it has not begun. */
  readonly step: number | null;
  /** What the step is called: by what its tests are kept together. */
  readonly stepName: string;
  readonly state: "planned" | "begun" | "ended";
  /** null where it has not ended. */
  readonly outcome: TestOutcome | null;
  /** RFC 3339; null where nobody says. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly message: string | null;
  readonly properties: JsonObject;
  /** null where it recorded nothing of a model. */
  readonly use: ModelUse | null;
  readonly retries: Retries;
  readonly errors: number;
  readonly warnings: number;
}

/** How often tests were tried again; a runner that does not count tells only that they were. */
export interface Retries {
  readonly count: number;
  readonly atLeast: boolean;
}

/** What tests asked of their models. */
export interface ModelUse {
  readonly apiCalls: number;
  readonly llmRequests: number;
  readonly toolCalls: number;
  readonly tokens: { readonly prompt: number; readonly completion: number; readonly total: number };
}

export interface DomainAccount {
  readonly domain: string;
  readonly tests: number;
  readonly begun: number;
  readonly ended: number;
  readonly outcomes: Readonly<Partial<Record<TestOutcome, number>>>;
  /** Seconds of its tests, one after another. */
  readonly duration: number;
}

export interface StepAccount {
  readonly number: number;
  readonly name: string;
  readonly result: StepResult;
  readonly tests: number;
  /** Seconds of its tests, one after another; null where none has ended. */
  readonly duration: number | null;
  readonly retries: Retries;
  readonly use: ModelUse | null;
  readonly errors: number;
  readonly warnings: number;
}

/** `unfinished`: one of its tests began and never ended, and none failed. */
export type StepResult = "success" | "failed" | "skipped" | "unfinished";

export interface ArchiveFacts {
  readonly name: string;
  readonly bytes: number;
  /** null where it has not been recorded. */
  readonly sha256: string | null;
}
