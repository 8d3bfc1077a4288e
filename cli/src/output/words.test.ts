import { describe, expect, it } from "vitest";
import { counted, grouped, lasting, sized } from "./words.ts";

describe("grouped", () => {
  it("separates thousands", () => {
    expect(grouped(17_598.4)).toBe("17,598");
  });
});

describe("counted", () => {
  it.each([
    [0, "0 movies"],
    [1, "1 movie"],
    [1_234, "1,234 movies"],
  ])("words %i", (count, text) => {
    expect(counted(count, "movie")).toBe(text);
  });
});

describe("sized", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [14_123_456, "14.1 MB"],
    [2e15, "2000.0 TB"],
  ])("words %i", (bytes, text) => {
    expect(sized(bytes)).toBe(text);
  });
});

describe("lasting", () => {
  it.each([
    [0.44, "0.4 s"],
    [59.9, "59.9 s"],
    [200, "3 min 20 s"],
  ])("words %d", (seconds, text) => {
    expect(lasting(seconds)).toBe(text);
  });
});
