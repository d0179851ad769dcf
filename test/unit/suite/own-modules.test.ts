import { describe, expect, it } from "vitest";
import { ownModules } from "../../../src/suite/own-modules.ts";

describe("the modules of a repository", () => {
  it.each([
    ["src/app/core.py", "app.core", ["src/app/__init__.py"]],
    ["src/app/__init__.py", "app", []],
    ["app/sub/deep.py", "app.sub.deep", ["app/__init__.py", "app/sub/__init__.py"]],
    ["packages/one/app/core.py", "app.core", ["packages/one/app/__init__.py"]],
    // without __init__.py
    ["src/app/core.py", "app.core", []],
    ["app/core.py", "app.core", []],
    ["main.py", "main", []],
    ["src/_fast.pyx", "_fast", []],
  ])("have %s as %s", (path, name, others) => {
    expect(ownModules([path, ...others]).get(name)).toBe(path);
  });

  it.each([
    "deep/down/there/tool.py",
    "README.md",
    "__init__.py",
    "conftest.py",
    "src/test_app.py",
    "app_test.py",
  ])("do not have %s", (path) => {
    expect(ownModules([path]).size).toBe(0);
  });
});
