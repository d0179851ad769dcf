import { describe, expect, it } from "vitest";
import { SuiteTail } from "../../../../src/render/dashboard/suite-tail.ts";

describe("the end of a suite's output", () => {
  it("is its last lines as a terminal shows them", () => {
    const tail = new SuiteTail();
    tail.write("first\n\n");
    tail.write("\u001b[32mcoll");
    tail.write("ected\u001b[0m\r\n10 %\r20 %\r30 %\n");
    expect(tail.lines()).toEqual(["first", "collected", "30 %"]);
    tail.write(Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join(""));
    expect(tail.lines()).toEqual(Array.from({ length: 10 }, (_, index) => `line ${90 + index}`));
  });

  it("takes any amount and keeps little", () => {
    const tail = new SuiteTail();
    const block = Buffer.alloc(1 << 20, "x");
    for (let index = 0; index < 64; index += 1) tail.write(block);
    tail.write("\nthe end\n");
    expect(tail.lines().at(-1)).toBe("the end");
    expect(tail.lines().join("").length).toBeLessThan(20_000);
  });
});
