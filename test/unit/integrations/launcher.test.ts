import { describe, expect, it } from "vitest";
import { isTemporary } from "../../../src/integrations/launcher.ts";

describe("isTemporary", () => {
  it.each([
    "/home/ann/.npm/_npx/3a1b/node_modules/model-gate/bin/gate.js",
    "/home/ann/.cache/uv/archive-v0/x1/lib/gate.js",
    "/tmp/x/node_modules/model-gate/bin/gate.js",
    "/private/var/folders/zz/T/x/gate.js",
    "/home/ann/.cache/pnpm/dlx/1/node_modules/model-gate/bin/gate.js",
    "/scratch/ann/x/gate.js",
    "C:\\Users\\Ann\\AppData\\Local\\npm-cache\\_npx\\1\\node_modules\\model-gate\\bin\\gate.js",
  ])("is true of %s", (script) => {
    expect(isTemporary(script, "/scratch/ann")).toBe(true);
  });

  it.each([
    "/home/ann/project/node_modules/model-gate/bin/gate.js",
    "/usr/lib/node_modules/model-gate/bin/gate.js",
    "/home/ann/tmp/model-gate/bin/gate.js",
    "/scratch/anna/gate.js",
  ])("is false of %s", (script) => {
    expect(isTemporary(script, "/scratch/ann")).toBe(false);
  });
});
