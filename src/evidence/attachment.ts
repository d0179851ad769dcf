import type { TreeId } from "../adapters/git/ids.ts";
import type { Fingerprint } from "../fingerprint/ids.ts";

/** Evidence, and where in the repository it belongs. */
export interface Attachment {
  readonly suite: string;
  /** The reports directory, relative to the top level. */
  readonly reports: string;
  readonly fingerprint: Fingerprint;
  readonly evidence: TreeId;
}
