import { describe, expect, it } from "vitest";
import { unrevokedKeys, widenedSigners } from "../../../src/verify/policy-signers.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0aQu9JcpMIf0NVAdRXbpBxC7H6jGl0mYJJwxwSYTlE";
const OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMfyZSHYyVYAoHvwHUZrKZjJRnNgcAZkDLLO5xqmWzuL";

const widened = (before: string, after: string) =>
  widenedSigners(Buffer.from(before), Buffer.from(after)).map(({ message, line }) => `${line} ${message}`);

describe("allowed signers that trust more than before", () => {
  it.each<[string, string, string, RegExp]>([
    [
      "a new key",
      `ann ${KEY}\n`,
      `ann ${KEY}\n# Bob\nbob ${OTHER}\n`,
      /^3 bob \(ssh-ed25519 SHA256:.{43}\) is trusted to sign now/,
    ],
    ["a first key", "", `ann ${KEY}`, /^1 ann .* is trusted to sign now/],
    ["a further name", `ann ${KEY}`, `ann,bob ${KEY}`, /^1 the key of ann,bob .* with more/],
    ["a wildcard", `ann@a.org ${KEY}`, `*@a.org ${KEY}`, /with more/],
    ["an exception taken back", `*@a.org,!eve@a.org ${KEY}`, `*@a.org ${KEY}`, /with more/],
    ["an authority", `ann ${KEY}`, `ann cert-authority ${KEY}`, /with more/],
    ["no more namespaces", `ann namespaces="git" ${KEY}`, `ann ${KEY}`, /with more/],
    ["more namespaces", `ann namespaces="git" ${KEY}`, `ann namespaces="git,file" ${KEY}`, /with more/],
    ["a later end", `ann valid-before="20260101" ${KEY}`, `ann valid-before="20270101Z" ${KEY}`, /with more/],
    ["no end", `ann valid-before="20260101Z" ${KEY}`, `ann ${KEY}`, /with more/],
    [
      "an earlier beginning",
      `ann valid-after="20260101" ${KEY}`,
      `ann valid-after="20250101" ${KEY}`,
      /with more/,
    ],
    [
      "an option nobody knows",
      `ann ${KEY}`,
      `ann trusted-for-all ${KEY}`,
      /^1 a line that was not there before cannot be read/,
    ],
    ["a comment that ssh-keygen reads", `ann ${KEY}`, `ann ${KEY}\n\u00a0#bob ${OTHER}`, /^2 /],
    ["no key at all", "", "ann ssh-ed25519", /cannot be read/],
    ["a name that a wildcard covers", `*@a.org ${KEY}`, `ann@a.org ${KEY}`, /with more/],
    [
      "a key behind one that only looks like it",
      `ann ${KEY}`,
      `ann ${KEY}\nann namespaces="*,\\" ${KEY} ,x" ${OTHER}`,
      /^2 a line .* cannot be read/,
    ],
    [
      "a key behind another kind of blank",
      `ann ${KEY}`,
      `ann ${KEY}\nann\r${OTHER}\t${KEY}`,
      /^2 a line .* cannot be read/,
    ],
    ["quotes around a value", `bob namespaces=git ${KEY}`, `bob namespaces="git" ${KEY}`, /^1 bob .* now/],
    ["a day that there is", `bob valid-after="20250230" ${KEY}`, `bob valid-after="20250301" ${KEY}`, /now/],
    ["an option fewer", `bob ,cert-authority ${KEY}`, `bob cert-authority ${KEY}`, /^1 bob .* now/],
    ["a whole key", `bob ${KEY.slice(0, -4)}`, `bob ${KEY}`, /^1 bob .* now/],
  ])("%s is said", (_, before, after, sentence) => {
    expect(widened(before, after)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each<[string, string, string]>([
    [
      "the same in another order, with other blanks and comments",
      `ann ${KEY}\nbob ${OTHER}\n`,
      `# us\nbob\t${OTHER} Bob's\r\n\n  ann ${KEY}\n`,
    ],
    ["a key fewer", `ann ${KEY}\nbob ${OTHER}\n`, `ann ${KEY}\n`],
    ["a name fewer", `ann,bob ${KEY}`, `ann ${KEY}`],
    ["an end", `ann ${KEY}`, `ann valid-before="20260101" ${KEY}`],
    ["an earlier end", `ann valid-before="20260101Z" ${KEY}`, `ann valid-before="202512312359Z" ${KEY}`],
    ["one namespace", `ann ${KEY}`, `ann namespaces="approval@model-gate" ${KEY}`],
    ["a line that was unreadable before as well", `ann ${KEY}\nrubbish\n`, `rubbish\nann ${KEY}\n`],
  ])("%s is nothing", (_, before, after) => {
    expect(widened(before, after)).toEqual([]);
  });
});

describe("revoked keys", () => {
  const taken = (before: Uint8Array | string, after: Uint8Array | string) =>
    unrevokedKeys(Buffer.from(before), Buffer.from(after)).map(({ message }) => message);

  it("that are taken away are named by their digest", () => {
    expect(taken(`${KEY} Ann's old one\n${OTHER}\n`, `# kept\n${OTHER}\n`)).toEqual([
      expect.stringMatching(/^ssh-ed25519 SHA256:.{43} is not revoked any more/),
    ]);
  });

  it("may grow and move", () => {
    expect(taken(`${KEY}\n`, `${OTHER}\n\n${KEY} with a comment\n`)).toEqual([]);
  });

  it("in a binary list cannot be compared, unless it is the same", () => {
    const list = Buffer.from("SSHKRL\n\0\0\0\0\x01", "latin1");
    expect(taken(list, Buffer.concat([list, Buffer.from([1])]))).toEqual([expect.stringContaining("binary")]);
    expect(taken(`${KEY}\n`, list)).toEqual([expect.stringContaining("binary")]);
    expect(taken(list, list)).toEqual([]);
  });
});
