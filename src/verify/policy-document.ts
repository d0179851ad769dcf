import { createHash } from "node:crypto";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { compareTrees } from "../adapters/git/trees.ts";
import type { Configuration, Suite } from "../config/configuration.ts";
import { EXCEPTIONS_DIRECTORY, exactly } from "../fingerprint/pathspecs.ts";
import type { JsonObject } from "../protocol.ts";
import { canonicalJson } from "../reports/canonical-json.ts";

export interface TreePolicy {
  readonly tree: TreeId;
  /** null: the tree has no gate.yaml. */
  readonly configuration: Configuration | null;
}

/**
 * Names one change of the policy: SHA-256 over both policies. The base's own approvals are part of it, so that
 * an approval which was used once does not approve the same change again after it was taken back; and what the head
 * makes of them is, so that none of them is taken away along with a change that was approved.
 */
export async function changeDigest(
  repository: Repository,
  base: TreePolicy,
  head: TreePolicy,
): Promise<string> {
  const approvals = `${EXCEPTIONS_DIRECTORY}/approvals`;
  const [before, after, used, changed] = await Promise.all([
    policyDocument(repository, base),
    policyDocument(repository, head),
    filesBelow(repository, base.tree, approvals),
    compareTrees(repository, base.tree, head.tree, [exactly(approvals)]),
  ]);
  const lost = changed.flatMap(({ path, change }) => (change === "added" ? [] : [path]));
  const document = canonicalJson({
    schema: "gate/policy-change@1",
    base: before,
    used,
    head: after,
    ...(lost.length === 0 ? {} : { lost }),
  });
  return createHash("sha256").update(document).digest("hex");
}

/** All of a tree that says how strict its gate is, and nothing else of it. */
export async function policyDocument(
  repository: Repository,
  { tree, configuration }: TreePolicy,
): Promise<JsonObject> {
  const signing = configuration?.signing ?? null;
  const files = [signing?.allowedSigners, signing?.revokedKeys].flatMap((path) => path ?? []);
  const [signers, waivers] = await Promise.all([
    files.length === 0 ? {} : filesBelow(repository, tree, ...files),
    filesBelow(repository, tree, `${EXCEPTIONS_DIRECTORY}/waivers`),
  ]);
  return { configuration: configuration === null ? null : settings(configuration), signers, waivers };
}

/** Mode and blob id, by path. */
async function filesBelow(
  repository: Repository,
  tree: TreeId,
  ...paths: readonly string[]
): Promise<JsonObject> {
  const entries = await entriesAt(repository, tree, paths);
  return Object.fromEntries(entries.map(({ path, mode, id }) => [path, `${mode} ${id}`]));
}

function settings({ policy, signing, waivers, suites }: Configuration): JsonObject {
  return {
    policy,
    signing:
      signing === null
        ? null
        : {
            allowedSigners: signing.allowedSigners,
            revokedKeys: signing.revokedKeys,
            required: signing.required,
          },
    waivers: { by: waivers.by, atOnce: waivers.atOnce, longestMs: waivers.longestMs },
    suites: Object.fromEntries(suites.map((suite) => [suite.name, suiteSettings(suite)])),
  };
}

function suiteSettings(suite: Suite): JsonObject {
  const {
    inputs,
    reports,
    results,
    definition,
    leaks,
    observe,
    undeclaredInputs,
    patternTests,
    normalise,
    secrets,
  } = suite;
  const isDefault = secrets.mode === "refuse" && secrets.allow.length === 0;
  return {
    inputs: inputs.map(({ glob, exclude }) => (exclude ? `!${glob}` : glob)).toSorted(),
    reports,
    definition,
    ...(results === null ? {} : { results }),
    leaks,
    normalise: { off: normalise.off, rules: normalise.rules.map(({ match, replace }) => [match, replace]) },
    // Left out where it is the default, so that a change approved before there was such a key is still the same.
    ...(observe ? {} : { observe }),
    ...(undeclaredInputs === "warn" ? {} : { "undeclared-inputs": undeclaredInputs }),
    ...(patternTests === "allow" ? {} : { "pattern-tests": patternTests }),
    ...(isDefault
      ? {}
      : { secrets: { mode: secrets.mode, allow: secrets.allow.map(({ match, rule }) => [match, rule]) } }),
  };
}
