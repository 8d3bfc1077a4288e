import { describe, expect, it } from "vitest";
import { type CallView, type Move, nextMove } from "./next-move.ts";

describe("nextMove", () => {
  it.each<[Move, CallView]>([
    ["try_again", { event: "failed", begun: 1, open: 0, another: true }],
    ["try_again", { event: "failed", begun: 1, open: 0, another: false }],
    ["give_up", { event: "failed", begun: 2, open: 0, another: true }],
    ["wait", { event: "failed", begun: 2, open: 1, another: true }],
    ["try_again", { event: "slow", begun: 1, open: 1, another: true }],
    ["wait", { event: "slow", begun: 1, open: 1, another: false }],
    ["wait", { event: "slow", begun: 2, open: 1, another: true }],
    // Queued for as long as it may be, without having been sent anywhere.
    ["give_up", { event: "slow", begun: 0, open: 0, another: true }],
  ])("is to %s at %j", (move, view) => {
    expect(nextMove(view)).toBe(move);
  });
});
