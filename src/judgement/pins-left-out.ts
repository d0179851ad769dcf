import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH, exactly, leavingOut } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";

/** A pin that an exclude takes out of the inputs would pin nothing: what it says could change unseen. */
export async function pinsLeftOut(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
): Promise<readonly Problem[]> {
  const excludes = suite.inputs.filter(({ exclude }) => exclude);
  if (suite.pins.length === 0 || excludes.length === 0) return [];
  const listed = async (pathspecs: readonly string[]) =>
    new Set((await listTree(repository, tree, pathspecs)).map(({ path }) => path));
  const pins = suite.pins.map(exactly);
  const kept = await listed([...pins, ...excludes.flatMap(({ glob }) => leavingOut(glob))]);
  if (suite.pins.every((pin) => kept.has(pin))) return [];
  // git says which exclude it is, and that a pin is tracked at all
  const without = await Promise.all(excludes.map(({ glob }) => listed([...pins, ...leavingOut(glob)])));
  const tracked = await listed(pins);
  return suite.pins.flatMap((pin) => {
    const culprit = excludes.find((_, index) => without[index]?.has(pin) === false);
    if (!tracked.has(pin) || culprit === undefined) return [];
    const message = `pins: ${pin} is taken out of the inputs by !${culprit.glob}, so that it could change unseen.`;
    return [
      problem("config-invalid", message, {
        path: CONFIGURATION_PATH,
        line: culprit.line,
        suite: suite.name,
        hint: `Remove !${culprit.glob} from inputs:, or narrow it so that it leaves ${pin} in.`,
      }),
    ];
  });
}
