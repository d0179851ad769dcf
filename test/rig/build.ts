import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** Tests run what users run: the bundle. */
export default function buildBundle(): void {
  const root = resolve(import.meta.dirname, "../..");
  execFileSync("npx", ["rolldown", "-c", "rolldown.config.ts"], { cwd: root, stdio: "pipe" });
}
