import { describe, expect, it } from "vitest";
import { textFrom } from "./container-log.ts";

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe("textFrom", () => {
  it("puts the two streams together in their order", () => {
    const frames = Buffer.concat([frame(1, "an é\n"), frame(2, "oh"), frame(1, " no\n")]);
    expect(textFrom(frames)).toBe("an é\noh no\n");
  });

  it("takes what is there of a log that is cut off", () => {
    expect(textFrom(Buffer.concat([frame(1, "whole\n"), frame(1, "half").subarray(0, 10)]))).toBe(
      "whole\nha",
    );
    expect(textFrom(Buffer.alloc(3))).toBe("");
  });
});
