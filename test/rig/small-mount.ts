import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Only root may, and not everywhere. */
export function mayMount(): boolean {
  const place = join("/tmp", `gate-mount-${process.pid}`);
  try {
    mkdirSync(place);
    mount(place, "64k");
    execFileSync("umount", [place], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** A file system of its own at a directory that is made, until the test has ended. */
export function mountSmall(place: string, size: string): void {
  mkdirSync(place);
  mount(place, size);
  onTestFinished(() => {
    execFileSync("umount", ["-l", place], { stdio: "pipe" });
  });
}

function mount(place: string, size: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", place], { stdio: "pipe" });
}
