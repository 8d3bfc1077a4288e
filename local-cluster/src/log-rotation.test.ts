import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startLogRotation } from "./log-rotation.ts";

describe("startLogRotation", () => {
  it("survives a disk that is full, and says so once for each time that it begins", async () => {
    const outcomes = ["full", "full", "works", "full", "full"];
    const told: string[] = [];
    const rotate = () => {
      if (outcomes.shift() === "full") throw new Error("no space left");
    };
    const rotation = startLogRotation("logs", (reason) => told.push(reason), {
      everyMs: 1,
      rotate,
    });
    while (outcomes.length > 0) await setTimeout(1);
    rotation[Symbol.dispose]();
    expect(told).toEqual(["no space left", "no space left"]);
  });
});
