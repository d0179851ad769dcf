import { inspectLock } from "../adapters/files/lock.ts";
import { ownSetting } from "../adapters/git/own-settings.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { gitVersion } from "../adapters/git/version.ts";
import { captureProcess, succeeded } from "../adapters/process/capture.ts";
import type { Configuration } from "../config/configuration.ts";
import { hasJournal } from "../evidence/journal.ts";
import { placesOf } from "../evidence/places.ts";
import { inspectHooks, inspectLauncher } from "../integrations/installation.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import { recallMemo } from "../judgement/memo.ts";
import { signingObstacle } from "../judgement/signing-obstacle.ts";
import type { Outcome } from "../outcome.ts";
import { probeGpu } from "../suite/gpu.ts";
import type { Context } from "./context.ts";
import {
  advice,
  broken,
  type Check,
  checksOf,
  type DoctorDocument,
  doctorDocument,
  good,
} from "./doctor-document.ts";
import { openWorktree } from "./open.ts";

/** Looks whether gate is installed so that it works here. Changes nothing. */
export async function doctor(
  context: Context,
  { hooksDirectory }: { readonly hooksDirectory: string },
): Promise<Outcome<DoctorDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) {
    const { message, hint } = opened.error;
    return { exit: 2, document: doctorDocument([broken("repository", message, hint)]) };
  }
  const worktree = opened.value;
  const launcher = await inspectLauncher(worktree, context.launcher);
  const hooks = await inspectHooks(worktree, hooksDirectory);
  const configured = await configurationChecks(context, worktree);
  const document = doctorDocument([
    await nodeCheck(context, worktree),
    await gitCheck(worktree),
    ...checksOf("launcher", launcher.problems, launcher.found),
    ...checksOf("hooks", hooks.problems, `installed by way of ${hooks.way}`),
    ...configured,
    await prePushCheck(worktree),
    ...(await leftovers(worktree)),
  ]);
  return { exit: document.ok ? 0 : 1, document };
}

const OLDEST_NODE = [20, 19] as const;

/** The hooks' Node need not be the one that this runs on. */
async function nodeCheck(context: Context, worktree: Worktree): Promise<Check> {
  const node = (await ownSetting(worktree, "gate.node"))?.value ?? context.launcher.node;
  const answer = await captureProcess(node, ["--version"], {
    cwd: worktree.topLevel,
    env: context.environment,
    timeoutMs: 10_000,
  });
  const said = succeeded(answer) ? answer.stdout.toString("utf8").trim() : null;
  const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)/.exec(said ?? "") ?? [];
  if (said === null || major === "0") return broken("node-version", `${node} does not start.`, "gate init");
  const [least, leastMinor] = OLDEST_NODE;
  const enough = Number(major) > least || (Number(major) === least && Number(minor) >= leastMinor);
  if (enough) return good("node-version", `${said} (${node})`);
  return broken(
    "node",
    `${node} is ${said}; gate needs ${OLDEST_NODE.join(".")} or newer.`,
    "Install it, then:  gate init",
  );
}

async function gitCheck(worktree: Worktree): Promise<Check> {
  const { text, major, minor } = await gitVersion(worktree);
  const atLeast = (least: number) => major > 2 || (major === 2 && minor >= least);
  if (!atLeast(34))
    return broken("git-version", `git ${text} is too old; gate needs 2.34 or newer.`, "Install a newer git.");
  if (atLeast(38)) return good("git-version", text);
  const message = `git ${text} cannot merge without a working tree, so gate verify leaves out the merge that would land.`;
  return advice("git-version", message, "Install git 2.38 or newer.");
}

/** gate.yaml as it is staged, and what this machine has of what it asks for. */
async function configurationChecks(context: Context, worktree: Worktree): Promise<readonly Check[]> {
  const tree = await treeOfIndex(worktree);
  if (!tree.ok) return checksOf("gate.yaml", tree.error, "");
  const found = await configurationOf(worktree, tree.value);
  if (!found.ok) return checksOf("gate.yaml", found.error, "");
  if (found.value === null) {
    return [
      broken(
        "gate.yaml",
        "there is no gate.yaml among the staged files.",
        "gate init,  or:  git add gate.yaml",
      ),
    ];
  }
  const { suites, signing } = found.value;
  const named = `${suites.length === 1 ? "suite" : "suites"} ${suites.map(({ name }) => name).join(", ")}`;
  const obstacle =
    signing === null ? null : await signingObstacle(worktree, tree.value, signing, context.now());
  const signed =
    signing === null ? "evidence is not signed" : "evidence will be signed with a key that is trusted";
  const severity = signing?.required === true ? "error" : "warning";
  return [
    good("gate.yaml", named),
    ...checksOf("signing", obstacle === null ? [] : [{ ...obstacle, severity }], signed),
    await gpuCheck(context, found.value),
  ];
}

/** A machine without the GPU is no error: its commits are pending. */
async function gpuCheck({ environment }: Context, { suites }: Configuration): Promise<Check> {
  const needing = suites.filter(({ gpu }) => gpu === "required").map(({ name }) => name);
  if (needing.length === 0) return good("gpu", "no suite requires one");
  const gpus = await probeGpu(environment);
  if (gpus.ok) return good("gpu", gpus.value.map(({ name }) => name).join(", "));
  const message = `${needing.join(", ")} cannot run on this machine: ${gpus.error}. Commits that change inputs are pending here.`;
  return advice("gpu", message, "On a machine that has one:  gate run");
}

async function prePushCheck(worktree: Worktree): Promise<Check> {
  const mode = (await ownSetting(worktree, "gate.prePush"))?.value ?? "warn";
  if (["warn", "refuse", "off"].includes(mode))
    return good("pre-push", `${SAID[mode] ?? mode} (git config gate.prePush)`);
  return broken(
    "pre-push",
    `git config gate.prePush is "${mode}".`,
    "git config gate.prePush warn|refuse|off",
  );
}

const SAID: Readonly<Record<string, string>> = {
  warn: "warns of a push without evidence",
  refuse: "refuses a push without evidence",
  off: "is off",
};

/** What a gate that was killed may have left. Each is dealt with by the next one that runs. */
async function leftovers(worktree: Worktree): Promise<readonly Check[]> {
  const lock = await inspectLock(placesOf(worktree).lock);
  const checks: Check[] = [];
  if (lock !== null) {
    const { purpose, pid, host } = lock.holder;
    const who = `${purpose} (process ${pid} on ${host})`;
    const message = lock.alive
      ? `${who} is at work in this worktree.`
      : `${who} is gone and has left its lock.`;
    checks.push(advice("lock", message, lock.alive ? null : "Nothing: the next gate takes it over."));
  }
  if (await hasJournal(worktree)) {
    checks.push(advice("journal", "attaching reports was cut off.", "To finish or undo it:  gate attach"));
  }
  const memo = await recallMemo(worktree);
  const held = "holds: a commit that changes nothing relevant starts no Node";
  const none = "none that holds for what is staged: the next commit starts Node";
  checks.push(good("memo", memo === null ? none : held));
  return checks;
}
