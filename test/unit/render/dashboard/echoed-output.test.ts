import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { EchoedOutput } from "../../../../src/render/dashboard/echoed-output.ts";

it("begins a line of its own where the suite is in the middle of one", async () => {
  const target = new PassThrough();
  const echoed = new EchoedOutput(target);
  for (const [output, shown] of [
    ["...", "...\n"],
    ["done\n", "done\n"],
    ["", ""],
  ] as const) {
    await new Promise((written) => echoed.write(output, written));
    echoed.endLine();
    expect(String(target.read() ?? "")).toBe(shown);
  }
});
