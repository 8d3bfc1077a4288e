import { describe, expect, it } from "vitest";
import { type LastEvent, servability } from "./last-event.ts";

const told = (atMs: number): LastEvent => ({ kind: "told", atMs });
const untold: LastEvent = { kind: "untold" };
const silent: LastEvent = { kind: "silent" };

describe("servability", () => {
  it.each<[string, readonly LastEvent[], ReturnType<typeof servability>]>([
    ["all have it, or a later one", [told(1_000), told(1_001)], "servable"],
    ["one has an older one", [told(1_000), told(999)], "waits"],
    ["one knows none", [told(1_000), told(-Infinity)], "waits"],
    ["all who answer have it", [told(1_000), silent], "servable"],
    ["all who tell have it", [told(1_000), untold], "servable"],
    ["one who tells has not", [told(999), untold, silent], "waits"],
    ["nobody answers", [silent, silent], "waits"],
    ["there is nobody", [], "waits"],
    ["nobody who answers tells", [untold, silent], "unknown"],
  ])("where %s", (_where, answers, expected) => {
    expect(servability(answers, 1_000)).toBe(expected);
  });
});
