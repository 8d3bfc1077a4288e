import { validate } from "node-cron";
import { describe, expect, it } from "vitest";
import { JOBS, backupJob, withSchedules } from "./job-table.ts";

describe("the job table", () => {
  it("has valid times, unique names and a limit for each", () => {
    const jobs = [...JOBS, backupJob({ folder: "/backups", daily: 7, weekly: 4 })];
    expect(new Set(jobs.map((job) => job.name)).size).toBe(jobs.length);
    for (const job of jobs) {
      expect(validate(job.schedule), job.name).toBe(true);
      expect(job.limitMs).toBeGreaterThan(0);
      expect(job.command).toContain("--json");
    }
  });

  it("takes other times from the environment, and only these", () => {
    const [retention, ...others] = withSchedules(JOBS, { retention: "* * * * *" });
    expect(retention).toEqual({ ...JOBS[0], schedule: "* * * * *" });
    expect(others).toEqual(JOBS.slice(1));
  });
});
