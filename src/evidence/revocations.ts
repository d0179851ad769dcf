import { join } from "node:path";
import { withScratchDirectory } from "../adapters/files/editing.ts";
import { writeAtomically } from "../adapters/files/files.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { sshKeygen } from "../adapters/process/ssh-keygen.ts";

/** A key that nobody has any more, and what it signed once: the word "probe", for `NAMESPACE`. */
const NAMESPACE = "probe@model-gate";
const SIGNER = "probe ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE6GOLQmQQGnDw3RTEkkmizY6Os+YGdal21ua7QDyPOw\n";
const SIGNATURE = `-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgToY4tCZBAacPDdFMSSSaLNjo6z
5gZ1qXbW5rtAPI87AAAAAQcHJvYmVAbW9kZWwtZ2F0ZQAAAAAAAAAGc2hhNTEyAAAAUwAA
AAtzc2gtZWQyNTUxOQAAAEAC3YnyKjqgK1zqfduRkxExELZL+APQx9vRjMeRdts0jgXTji
u5wSkonjEP91nddUPSaHJ/648dn7SUrjvbYT4C
-----END SSH SIGNATURE-----
`;

/**
 * Whether ssh-keygen can read a list of revoked keys: of one that it cannot read it takes every key for revoked, and
 * does not say so. A signature that is good without the list is shown to it with the list. Where there is no ssh-keygen
 * nobody can say: then nothing is complained of.
 */
export async function canReadRevoked(repository: Repository, revokedKeys: Uint8Array): Promise<boolean> {
  return withScratchDirectory(async (directory) => {
    const file = (name: string) => join(directory, name);
    await writeAtomically(file("signers"), SIGNER);
    await writeAtomically(file("signature"), SIGNATURE);
    await writeAtomically(file("revoked"), revokedKeys);
    const places = ["-f", file("signers"), "-s", file("signature")];
    const args = ["-Y", "verify", "-n", NAMESPACE, "-I", "probe", ...places];
    const call = { cwd: directory, env: repository.environment, input: Buffer.from("probe") };
    if ((await sshKeygen([...args, "-r", file("revoked")], call)).kind === "done") return true;
    return (await sshKeygen(args, call)).kind !== "done";
  });
}
