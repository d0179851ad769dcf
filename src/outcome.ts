/**
 * 0: the gate says yes. 1: it says no. 2: usage or configuration. 3: this machine cannot do it and was
 * asked to outright. 70: a bug in gate. 130: interrupted.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 70 | 130;

/** What a verb answers: its exit code and the document that `--json` prints. Rendering is not its business. */
export interface Outcome<Document> {
  readonly exit: ExitCode;
  readonly document: Document;
}
