import { describe, expect, it } from "vitest";
import type { Digest } from "./digest.ts";
import { digestText } from "./digest-text.ts";

const quiet: Digest = {
  day: "2026-03-01",
  answers: {
    ...{ answers: 0, users: 0, good: 0, ownList: 0, unanswered: 0, personalised: 0 },
    ...{ p50Ms: null, p99Ms: null },
  },
  dayBefore: { answers: 10, users: 2 },
  platform: { answers: 0, failed: 0 },
  taken: { users: 0, took: 0 },
  ...{ releases: [], rejectedLines: [], failedJobs: [], troubles: [] },
};
const release = (releaseId: number, state: string, reason: string) => ({
  ...{ releaseId, ref: `v${releaseId}`, state, reason },
});

describe("digestText", () => {
  it("says a day in eight lines", () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));
    const digest: Digest = {
      ...quiet,
      answers: {
        ...{ answers: 20_000, users: 700, good: 19_989, ownList: 10, unanswered: 1 },
        ...{ personalised: 15_000, p50Ms: 21.4, p99Ms: 180.2 },
      },
      platform: { answers: 19_900, failed: 100 },
      taken: { users: 700, took: 84 },
      releases: [release(3, "promoted", "better"), release(4, "rolled-back", "harm is proven")],
      rejectedLines: [{ reason: "bad_time", lines: 12 }],
      failedJobs: [{ job: "backup", failures: 2 }],
      troubles: [{ trouble: "lag", beganAt: at(3), endedAt: at(4), what: "812 s" }],
    };
    expect(digestText(digest)).toBe(
      [
        "Canarec on 2026-03-01 (UTC)",
        "Traffic: 20,000 answers to 700 users (10 to 2 the day before)",
        "Availability: 99.945 % by replicas, 10 from the own list, 1 error; half within 21 ms, 99 % within 180 ms; by the platform 99.497 % of 19,900",
        "Quality: 75 % personalised; 12 % of the users began a movie that they were shown",
        "Shipped: release 3 (v3)",
        "Rejected: release 4 (v4) rolled-back: harm is proven; 12 lines as bad_time",
        "Went wrong: lag from 2026-03-01 03:00:00 UTC to 2026-03-01 04:00:00 UTC; job backup 2 times",
        "Look: npx canarec digest --day 2026-03-01",
      ].join("\n"),
    );
  });

  it("says a day without anybody, and no NaN", () => {
    expect(digestText(quiet).split("\n").slice(1, 7)).toEqual([
      "Traffic: 0 answers to 0 users (10 to 2 the day before)",
      "Availability: nobody asked",
      "Quality: nobody was shown anything",
      "Shipped: nothing",
      "Rejected: nothing",
      "Went wrong: nothing",
    ]);
  });

  it("names five of many", () => {
    const releases = Array.from({ length: 8 }, (_, i) => release(i, "promoted", ""));
    expect(digestText({ ...quiet, releases })).toContain("release 4 (v4) and 3 more\n");
  });
});
