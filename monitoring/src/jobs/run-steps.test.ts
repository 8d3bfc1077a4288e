import { describe, expect, it } from "vitest";
import { releaseJob } from "./job-table.ts";
import type { CommandEnd } from "./run-command.ts";
import { runSteps } from "./run-steps.ts";

const BUNDLE = "b".repeat(64);

/** Commands that print what is given, in order; those that ran. */
function setup(ends: readonly CommandEnd[]) {
  const ran: (readonly string[])[] = [];
  const limits: number[] = [];
  let nowMs = 0;
  const run = async (args: readonly string[], limitMs: number) => {
    ran.push(args);
    limits.push(limitMs);
    nowMs += 100;
    return ends[ran.length - 1] ?? { ok: false as const, reason: "one too many" };
  };
  return { ran, limits, run, nowMs: () => nowMs };
}

describe("runSteps", () => {
  it("trains, then submits the bundle that was trained", async () => {
    const printed = { bundleId: BUNDLE, run: 3 };
    const { run, ran, nowMs, limits } = setup([
      { ok: true, output: printed },
      { ok: true, output: { releaseId: 1 } },
    ]);
    const job = { ...releaseJob("0 3 * * *", "standard"), limitMs: 1_000 };
    const end = await runSteps(job, run, nowMs);
    expect(end).toEqual({ ok: true, output: [printed, { releaseId: 1 }] });
    expect(ran[0]).toEqual(["train", "--json"]);
    expect(ran[1]?.join(" ")).toBe(
      `release submit --bundle ${BUNDLE} --plan standard --source schedule --json`,
    );
    expect(limits).toEqual([1_000, 900]);
  });

  it("submits nothing where training failed or said something else", async () => {
    const job = releaseJob("0 3 * * *", "standard");
    const failed = setup([{ ok: false, reason: "nobody liked anything (exit code 1)" }]);
    expect(await runSteps(job, failed.run, failed.nowMs)).toEqual({
      ok: false,
      reason: "train: nobody liked anything (exit code 1)",
    });
    const other = setup([{ ok: true, output: "no JSON" }]);
    expect(await runSteps(job, other.run, other.nowMs)).toMatchObject({ ok: false });
    expect([failed.ran.length, other.ran.length]).toEqual([1, 1]);
  });

  it("begins nothing once the job's time is over", async () => {
    const { run, ran, nowMs } = setup([{ ok: true, output: { bundleId: BUNDLE } }]);
    const job = { ...releaseJob("0 3 * * *", "standard"), limitMs: 100 };
    expect(await runSteps(job, run, nowMs)).toMatchObject({ ok: false });
    expect(ran).toHaveLength(1);
  });

  it("gives what a single command printed as it is", async () => {
    const { run, nowMs } = setup([{ ok: true, output: { dropped: [] } }]);
    const end = await runSteps({ command: ["db", "retention"], limitMs: 1 }, run, nowMs);
    expect(end).toEqual({ ok: true, output: { dropped: [] } });
  });
});
