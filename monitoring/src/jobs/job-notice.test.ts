import { describe, expect, it } from "vitest";
import { type EndedRun, jobNotice } from "./job-notice.ts";

const job = { name: "retention", harm: "none for two days" };
const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour, 7));
const failed: EndedRun = {
  outcome: { state: "failed", reason: "no time left" },
  startedAt: at(20),
  before: "succeeded",
  lastSuccessAt: at(19),
  failingSince: null,
  nextRunAt: at(21),
};
const succeeded: EndedRun = { ...failed, outcome: { state: "succeeded" } };

describe("jobNotice", () => {
  it("tells of a failure with its cause, whom it reaches, and what follows", () => {
    expect(jobNotice(job, failed)).toEqual({
      key: "job-retention-failed-2026-03-01T20:07:00.000Z",
      kind: "job",
      text: [
        "Job retention failed: no time left",
        "Users: none for two days",
        "Since: 2026-03-01 20:07:00 UTC",
        "Done: it last succeeded at 2026-03-01 19:07:00 UTC; it runs again at 2026-03-01 21:07:00 UTC; " +
          "further failures are not told, but that it works again",
        "Look: npx canarec jobs retention",
      ].join("\n"),
    });
  });

  it("tells of a first run that failed", () => {
    const first = { ...failed, before: null, lastSuccessAt: null, nextRunAt: undefined };
    expect(jobNotice({ name: "x" }, first)?.text).toMatch(
      /Users: none directly\n.*\nDone: it never succeeded; it does not run again;/,
    );
  });

  it("tells of a failure once", () => {
    expect(jobNotice(job, { ...failed, before: "failed" })).toBeUndefined();
  });

  it("tells that it works again, and how long it did not", () => {
    const again = jobNotice(job, { ...succeeded, before: "failed", failingSince: at(12) });
    expect(again?.key).toBe("job-retention-recovered-2026-03-01T20:07:00.000Z");
    expect(again?.text.split("\n").slice(0, 4)).toEqual([
      "Job retention works again",
      "Users: none any longer",
      "Since: 2026-03-01 20:07:00 UTC",
      "Done: it had failed since 2026-03-01 12:07:00 UTC; it runs again at 2026-03-01 21:07:00 UTC",
    ]);
  });

  it.each([null, "succeeded"] as const)("says nothing of a success after %s", (before) => {
    expect(jobNotice(job, { ...succeeded, before })).toBeUndefined();
  });
});
