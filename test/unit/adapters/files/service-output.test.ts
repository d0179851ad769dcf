import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { ServiceOutput } from "../../../../src/adapters/files/service-output.ts";

describe.runIf(process.platform === "linux")("what a service says, on a full disk", () => {
  it("is still read to its end: the disk costs the log, not the service", async () => {
    const said = new PassThrough();
    const output = new ServiceOutput("/dev/full", said, /^ready$/u);
    said.write("loading\n");
    await expect.poll(() => output.problem).toContain("ENOSPC");
    // as much as fits nowhere: whoever writes it waits until somebody reads
    said.write("x".repeat(1_000_000));
    said.end("\nready\n");
    expect(await output.lastLines(1)).toEqual(["ready"]);
    expect(output.found).toBe(true);
    await output.close();
  });
});
