import packageJson from "../../package.json" with { type: "json" };
import { readEditable } from "../adapters/files/editing.ts";
import { defaultBranch, remoteUrls } from "../adapters/git/remotes.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { warning } from "../problem.ts";
import { fileEdit, inTree, type Plan, plan, readForEdit } from "./edits.ts";
import type { Survey } from "./survey.ts";
import { workflow } from "./yaml-hooks.ts";

const WORKFLOW = ".github/workflows/gate.yml";
/** By host, also `ssh.github.com` and the short form of ssh; not a directory of that name elsewhere. */
const GITHUB_URL = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?(?:[\w-]+\.)*github\.com[:/]/i;
const BY_HAND = "See docs/github-actions.md of model-gate for the steps.";

/** A workflow that verifies what is pushed and proposed, where the repository lives on GitHub. */
export async function planWorkflow(worktree: Worktree, survey: Survey): Promise<Plan> {
  if (!(await livesOnGithub(worktree, survey))) return plan({});
  for (const path of survey.files.filter((one) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(one))) {
    const file = await readEditable(worktree.topLevel, path);
    if (file.ok && file.value.text !== null && callsGate(path, file.value.text, survey)) return plan({});
  }
  const place = inTree(worktree.topLevel, WORKFLOW);
  const file = await readForEdit(place, BY_HAND);
  if (!file.ok) return plan({ problems: [file.error] });
  if (file.value.text !== null) return plan({ problems: [anotherWorkflow()] });
  const text = workflowText(await defaultBranch(worktree));
  return plan({ edits: fileEdit(place, file.value, text) });
}

async function livesOnGithub(worktree: Worktree, { files }: Survey): Promise<boolean> {
  if (files.some((path) => path.startsWith(".github/"))) return true;
  return (await remoteUrls(worktree)).some((url) => GITHUB_URL.test(url));
}

function callsGate(path: string, text: string, { packageJson: { scripts } }: Survey): boolean {
  return workflow(path, text, { scripts, shims: new Set() }).steps.some((step) => step.callsGate);
}

function anotherWorkflow() {
  const message = `${WORKFLOW} is there and does not call gate verify, so CI does not judge the evidence.`;
  return warning("not-wired", message, { path: WORKFLOW, hint: BY_HAND });
}

/**
 * On a pull request the proposed commit is judged, not GitHub's merge of it: that one has another tree, and verify
 * judges the merge that would land by itself. gate is installed outside the checkout, so that nothing of the change
 * decides what judges it. No secret is needed, so pull requests from forks and bots are judged like all others.
 */
function workflowText(branch: string | null): string {
  const plain = branch !== null && /^[\w./-]+$/.test(branch);
  return `# Judges the committed evidence of the model tests; runs none of them and needs no GPU.
name: gate

on:
  pull_request:
  merge_group:
  push:${plain ? `\n    branches: [${JSON.stringify(branch)}]` : ""}

permissions:
  contents: read

jobs:
  verify:
    name: gate verify
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          # what changed since the recorded run, and whose keys are trusted, is in the history
          fetch-depth: 0
          persist-credentials: false
      - name: Install gate, outside the checkout
        working-directory: \${{ runner.temp }}
        run: npm install --prefix gate --ignore-scripts --no-audit --no-fund model-gate@${packageJson.version}
      - name: Judge the evidence
        env:
          HEAD: \${{ github.event.pull_request.head.sha || github.sha }}
          BASE: >-
            \${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha
            || (!startsWith(github.event.before, '00000000') && github.event.before) || '' }}
        run: >-
          node "$RUNNER_TEMP/gate/node_modules/model-gate/bin/gate.js" verify --format github
          --rev "$HEAD" \${BASE:+--base "$BASE"}
`;
}
