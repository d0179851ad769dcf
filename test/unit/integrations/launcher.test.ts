import { describe, expect, it } from "vitest";
import { isTemporary } from "../../../src/integrations/launcher.ts";

describe("isTemporary", () => {
  it.each([
    "/home/ann/.npm/_npx/3a1b/node_modules/model-gate/bin/gate.js",
    "/home/ann/.cache/uv/archive-v0/x1/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/home/ann/.cache/pipx/6bd3e1a/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/home/ann/.local/pipx/.cache/6bd3e1a/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/Users/ann/Library/Caches/pipx/6bd3e1a/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "C:\\Users\\Ann\\AppData\\Local\\pipx\\pipx\\Cache\\6bd\\Lib\\site-packages\\model_gate\\bin\\gate.js",
    "/home/ann/.cache/pre-commit/repo1x/py_env-python3/lib/python3.12/site-packages/model_gate/bin/gate.js",
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
    "/home/ann/.local/share/uv/tools/model-gate/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/home/ann/.local/share/pipx/venvs/model-gate/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/home/ann/.local/pipx/venvs/model-gate/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/home/ann/project/.venv/lib/python3.12/site-packages/model_gate/bin/gate.js",
    "/home/ann/tmp/model-gate/bin/gate.js",
    "/scratch/anna/gate.js",
  ])("is false of %s", (script) => {
    expect(isTemporary(script, "/scratch/ann")).toBe(false);
  });
});
