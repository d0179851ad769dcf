import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { StandardOutput } from "../../../../src/adapters/files/standard-output.ts";

/** A pipe that does not wait for its reader, and what gate would write to it. */
function hastyPipe() {
  const directory = mkdtempSync(join(tmpdir(), "gate-pipe-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "pipe");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const errors: Error[] = [];
  const opened: Socket[] = [];
  const open = () => {
    const socket = new Socket({ fd, readable: false, writable: true });
    opened.push(socket);
    return socket;
  };
  return { reader, output: new StandardOutput(fd, open, (error) => errors.push(error)), errors, opened };
}

function readAll(reader: number): string {
  const piece = Buffer.alloc(1 << 16);
  const count = readSync(reader, piece, 0, piece.length, null);
  return piece.toString("utf8", 0, count);
}

const MORE_THAN_FITS = "x".repeat(1 << 20);

describe("what is written", () => {
  it("is there at once, without a stream, where it fits", () => {
    const { reader, output, opened } = hastyPipe();
    expect(output.write("one\n")).toBe(true);
    expect(output.write("two\n")).toBe(true);
    expect(readAll(reader)).toBe("one\ntwo\n");
    expect({ opened, stream: output.hasStream, holds: output.holds }).toEqual({
      opened: [],
      stream: false,
      holds: false,
    });
  });

  it("waits in a stream where it does not fit, and nothing overtakes it", async () => {
    const { reader, output, opened } = hastyPipe();
    expect(output.write(MORE_THAN_FITS)).toBe(true);
    expect(output.write("the end")).toBe(true);
    expect({ stream: output.hasStream, holds: output.holds }).toEqual({ stream: true, holds: true });
    const written = Promise.all(
      opened.map((one) => new Promise<void>((resolve) => one.end(() => resolve()))),
    );
    const read = await text(new Socket({ fd: reader, writable: false }));
    await written;
    expect(read === `${MORE_THAN_FITS}the end`).toBe(true);
    expect(output.holds).toBe(false);
  });

  it.each(["at once", "in a stream"])(
    "is of no use to anybody where the reader has gone (%s)",
    async (how) => {
      const { reader, output, errors, opened } = hastyPipe();
      if (how === "in a stream") expect(output.write(MORE_THAN_FITS)).toBe(true);
      closeSync(reader);
      await Promise.all(opened.map((one) => new Promise((resolve) => one.once("close", resolve))));
      expect(output.write("more")).toBe(false);
      expect(errors).toEqual([]);
    },
  );
});
