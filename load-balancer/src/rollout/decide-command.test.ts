import { describe, expect, it } from "vitest";
import { commandProblem, decideCommand } from "./decide-command.ts";
import { MINUTE, START, after, plan, rolloutIn } from "./rollout-fixture.ts";
import { ROLLOUT_STATES } from "./rollout.ts";

/** Where each is obeyed, and what comes of it. */
const OBEYED = {
  pause: {
    shadowing: "holding",
    ramping: "holding",
    evaluating: "holding",
    extending: "holding",
  },
  resume: { holding: "evaluating" },
  promote: {
    shadowing: "promoting",
    ramping: "promoting",
    evaluating: "promoting",
    extending: "promoting",
    holding: "promoting",
  },
  abort: {
    queued: "aborted",
    preparing: "aborted",
    warming: "rolling-back",
    shadowing: "rolling-back",
    ramping: "rolling-back",
    evaluating: "rolling-back",
    extending: "rolling-back",
    holding: "rolling-back",
  },
  rollback: { promoted: "rolling-back" },
} as const;

describe("an operator's command", () => {
  const kinds = ["pause", "resume", "promote", "abort", "rollback"] as const;
  const rows = kinds.flatMap((kind) => ROLLOUT_STATES.map((state) => [kind, state] as const));

  it.each(rows)("%s of a release that is %s", (kind, state) => {
    const expected = (OBEYED[kind] as Partial<Record<string, string>>)[state];
    const command = { kind, actor: "me", reason: "so" };
    const change = decideCommand(rolloutIn(state), plan, after(1, { command }));
    expect(change?.to.state).toBe(expected);
    const problem = commandProblem(rolloutIn(state), plan, kind, START);
    expect(problem).toBe(expected === undefined ? `the release is ${state}` : undefined);
    if (change !== undefined) expect(change).toMatchObject({ actor: "me", reason: "so" });
  });

  it("changes nothing where there is none", () => {
    expect(decideCommand(rolloutIn("evaluating"), plan, after(1))).toBeUndefined();
  });

  it("promotes what is held without the hold", () => {
    const command = { kind: "promote", actor: "me", reason: "so" } as const;
    expect(decideCommand(rolloutIn("holding"), plan, after(1, { command }))?.to.held).toBeNull();
  });

  it.each([
    ["abort", "evaluating", "aborted"],
    ["rollback", "promoted", "rolled-back"],
  ] as const)("%s ends a release that is %s as %s", (kind, state, ending) => {
    const command = { kind, actor: "me", reason: "so" };
    expect(decideCommand(rolloutIn(state), plan, after(1, { command }))?.to.ending).toBe(ending);
  });

  it("takes back once what was promoted, and only what was", () => {
    const back = rolloutIn("rolling-back", { promotedAtMs: START });
    expect(commandProblem(back, plan, "rollback", START)).toBe("the release is rolling-back");
    const never = rolloutIn("promoted", { promotedAtMs: null });
    expect(commandProblem(never, plan, "rollback", START)).toBe("the release is promoted");
  });

  it("takes back what was promoted up to the end of its window, and says when that is over", () => {
    const promoted = rolloutIn("promoted");
    expect(commandProblem(promoted, plan, "rollback", START + 60 * MINUTE)).toBeUndefined();
    expect(commandProblem(promoted, plan, "rollback", START + 60 * MINUTE + 1)).toBe(
      "its rollback window of 3600 s has ended",
    );
  });
});
