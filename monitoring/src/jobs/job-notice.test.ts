import { describe, expect, it } from "vitest";
import { jobNotice } from "./job-notice.ts";

const job = { name: "retention", command: ["db", "retention", "--json"] };
const failed = { state: "failed", reason: "no time left" } as const;
const succeeded = { state: "succeeded" } as const;

describe("jobNotice", () => {
  it.each([undefined, "succeeded"] as const)("tells of a failure after %s", (before) => {
    expect(jobNotice(job, before, failed)).toBe(
      "Job retention failed: no time left. Further failures are not told. Look closer: npx canarec db retention",
    );
  });

  it("tells of a failure once", () => {
    expect(jobNotice(job, "failed", failed)).toBeUndefined();
  });

  it("tells that it works again", () => {
    expect(jobNotice(job, "failed", succeeded)).toBe("Job retention works again.");
  });

  it.each([undefined, "succeeded"] as const)("says nothing of a success after %s", (before) => {
    expect(jobNotice(job, before, succeeded)).toBeUndefined();
  });
});
