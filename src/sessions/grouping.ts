import type { Grouping } from "../config/configuration.ts";
import type { PlannedTest } from "../protocol.ts";
import { matchesTestId } from "../suite/wildcard.ts";

/** What is of no group: in files at the top level, or in none. */
const UNGROUPED = "tests";

export function groupOf(grouping: Grouping, { id, file, markers = {} }: PlannedTest): string {
  switch (grouping.by) {
    case "test":
      return id;
    case "directory":
      return file?.split("/").at(-2) ?? UNGROUPED;
    case "file":
      return file ?? UNGROUPED;
    case "marker":
      return markers[grouping.marker] ?? UNGROUPED;
    case "name":
      return grouping.groups.find(({ match }) => matchesTestId(id, match))?.name ?? UNGROUPED;
  }
}
