// @ts-check
"use strict";

/**
 * `node --require` of this file (gate run sets NODE_OPTIONS) tells gate which files of the repository this
 * process reads. Any Node may come by here, old ones too, and none may fail for it: what needs a current one is
 * loaded only by one.
 */
const OLDEST_NODE = 20;
const { env, versions } = process;

if (
  env.GATE_EVENTS &&
  env.GATE_ROOT &&
  env.GATE_SETTINGS &&
  Number.parseInt(versions.node, 10) >= OLDEST_NODE
) {
  try {
    require("./observer.cjs").observeProcess();
    forgetModules();
  } catch (_) {
    // Under --permission nothing may be read or written; the suite itself has to run all the same.
  }
}

/** They are nobody else's business. */
function forgetModules() {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(__dirname)) delete require.cache[file];
  }
}
