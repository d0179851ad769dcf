import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSshSignature, rearmour } from "../../../src/evidence/ssh-signature.ts";

/** Made by ssh-keygen 9.2 with an ed25519 key, over "a manifest" and a line end. */
const REAL = `-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg8xMaBwj6SvvBYTOHgPcVfX4mjJ
FN9YJ//SNR2e2g438AAAATbWFuaWZlc3RAbW9kZWwtZ2F0ZQAAAAAAAAAGc2hhNTEyAAAA
UwAAAAtzc2gtZWQyNTUxOQAAAEBSPzWSEhlGq53XHjgHuTjvbcil/ieOPpYVw295/M++Xq
58xjWAgPLAPXC6SjXRqfrjserqOm/SOHzVmsTKLrQB
-----END SSH SIGNATURE-----
`;

interface Fields {
  readonly version?: number;
  readonly reserved?: string;
  readonly after?: string;
}

function armoured({ version = 1, reserved = "", after = "" }: Fields): Buffer {
  const string = (text: string | Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  const key = Buffer.concat([string("ssh-ed25519"), string("k".repeat(32))]);
  const rest = [
    string(key),
    string("ns"),
    string(reserved),
    string("sha512"),
    string("s"),
    Buffer.from(after),
  ];
  const base64 = Buffer.concat([Buffer.from("SSHSIG"), number, ...rest]).toString("base64");
  const lines = base64.match(/.{1,70}/g) ?? [];
  return Buffer.from(
    ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n"),
  );
}

describe("an SSH signature", () => {
  it("says of itself which key made it and for what", () => {
    const parsed = parseSshSignature(Buffer.from(REAL));
    expect(parsed).toMatchObject({ keyType: "ssh-ed25519", namespace: "manifest@model-gate" });
    expect(parsed?.publicKey.toString("base64")).toBe(
      "AAAAC3NzaC1lZDI1NTE5AAAAIPMTGgcI+kr7wWEzh4D3FX1+JoyRTfWCf/0jUdntoON/",
    );
  });

  it("has one form, into which others are brought when it is made", () => {
    for (const printed of [REAL.replaceAll("\n", "\r\n"), REAL.trimEnd(), `${REAL}\n\n`]) {
      expect(parseSshSignature(Buffer.from(printed))).toBeNull();
      expect(rearmour(Buffer.from(printed))?.toString()).toBe(REAL);
    }
    expect(rearmour(Buffer.from(`debug\n${REAL}`))).toBeNull();
  });

  it("has no room for what nobody has signed", () => {
    expect(parseSshSignature(armoured({}))).toMatchObject({ namespace: "ns" });
    expect(parseSshSignature(armoured({ reserved: "x" }))).toBeNull();
    expect(parseSshSignature(armoured({ after: "x" }))).toBeNull();
    expect(parseSshSignature(armoured({ version: 2 }))).toBeNull();
  });

  it("is nothing that breaks off", () => {
    const content = Buffer.from(REAL.split("\n").slice(1, -2).join(""), "base64");
    for (let length = 0; length < content.length; length += 1) {
      const lines =
        content
          .subarray(0, length)
          .toString("base64")
          .match(/.{1,70}/g) ?? [];
      const text = ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
      expect(parseSshSignature(Buffer.from(text))).toBeNull();
    }
  });

  it("is not in arbitrary bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => parseSshSignature(bytes) === null));
  });
});
