import { pythonEnvironment } from "./python.ts";

/** The pre-commit framework and its fixers, from the package index: no repository has to be cloned for them. */
export function frameworkEnvironment(): Promise<string> {
  return pythonEnvironment("pre-commit", [
    "pre-commit>=4,<5",
    "pre-commit-hooks>=6,<7",
    "codespell>=2.4,<3",
    "black>=25,<27",
    "ruff>=0.12,<1",
    "mdformat>=0.7,<2",
  ]);
}
