import { describe, expect, it } from "vitest";
import { createLineBuffer } from "./line-buffer.ts";

describe("a line buffer", () => {
  it("keeps order, and keeps lines until they are dropped", () => {
    const buffer = createLineBuffer(10, () => undefined);
    for (const line of ["a", "b", "c"]) buffer.add(line);
    expect(buffer.peek(2)).toEqual(["a", "b"]);
    expect(buffer.peek(2)).toEqual(["a", "b"]);
    buffer.drop(2);
    expect(buffer.peek(9)).toEqual(["c"]);
    expect(buffer.size()).toBe(1);
  });

  it("loses the oldest beyond its capacity, and counts them", () => {
    let lost = 0;
    const buffer = createLineBuffer(3, (count) => (lost += count));
    for (let n = 0; n < 5_000; n += 1) buffer.add(String(n));
    expect(buffer.peek(9)).toEqual(["4997", "4998", "4999"]);
    expect(lost).toBe(4_997);
  });
});
