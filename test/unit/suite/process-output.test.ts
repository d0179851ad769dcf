import { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { copyOutput } from "../../../src/suite/process-output.ts";

/** Fails at its first write, as a file on a full disk does, and tells so once more when it has closed. */
function failing(): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(new Error("no space")),
    destroy: (error, done) => {
      void delay(20).then(() => done(error));
    },
  });
}

function collecting(chunks: string[]): Writable {
  return new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
}

describe("copyOutput", () => {
  it("goes on with the echo when the file fails, and outlives what the file says when it closes", async () => {
    const shown: string[] = [];
    const file = failing();
    const closed = new Promise((done) => file.once("close", done));
    const copy = copyOutput(Readable.from(["one\n", "two\n"]), file, collecting(shown));
    expect(await copy.finish(1000)).toBe("no space");
    await closed;
    expect(shown.join("")).toBe("one\ntwo\n");
  });

  it("goes on with the file when the echo fails", async () => {
    const kept: string[] = [];
    const echo = failing();
    const closed = new Promise((done) => echo.once("close", done));
    const copy = copyOutput(Readable.from(["one\n", "two\n"]), collecting(kept), echo);
    expect(await copy.finish(1000)).toBeNull();
    await closed;
    expect(kept.join("")).toBe("one\ntwo\n");
  });
});
