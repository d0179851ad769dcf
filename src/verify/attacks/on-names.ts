import type { Forgery } from "./attack.ts";
import { putManifest } from "./edits.ts";

/** What is written for those who read what verify says. */
export const ON_NAMES: readonly Forgery[] = [
  {
    name: "recorded-on-two-lines",
    what: "the manifest names a recorder whose name goes on with a line that says signed",
    level: "ids",
    refusedBy: ["manifest-invalid"],
    forge: (on) => {
      const name = `${on.manifest.recordedBy.name}\n✓ ${on.suite.name}  attested by somebody   (signed)`;
      return [putManifest(on, (manifest) => ({ ...manifest, recordedBy: { name } }))];
    },
  },
];
