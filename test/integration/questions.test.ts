import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { HAS_TMUX, Terminal } from "../rig/terminal.ts";

const PATIENCE = { timeout: 20_000 };

/** `gate init` in a terminal, at its question. */
async function asked(): Promise<{ readonly rig: Rig; readonly terminal: Terminal }> {
  const rig = await Rig.create();
  rig.writeProject();
  await rig.git("add", ".");
  const terminal = await Terminal.open(rig, { columns: 80, rows: 24 }, `${process.execPath} ${GATE} init`);
  await expect.poll(() => terminal.screen(), PATIENCE).toContain("[y/N]");
  return { rig, terminal };
}

describe.skipIf(!HAS_TMUX)("a question at the terminal (apt-get install tmux)", () => {
  it.each([
    { key: "C-c", exit: 130 },
    { key: "C-d", exit: 1 },
  ])("is left by $key, and nothing is done", async ({ key, exit }) => {
    const { rig, terminal } = await asked();
    terminal.press(key);
    await expect.poll(() => terminal.screen(), PATIENCE).toContain(`ended: ${exit}`);
    expect(terminal.everything()).not.toContain("bug in gate");
    expect(rig.exists(".gitattributes")).toBe(false);
  });
});
