import { describe, expect, it } from "vitest";
import { findingsOf } from "./findings.ts";
import { WATCH_LIMITS } from "./limits.ts";
import type { Sighting } from "./sighting.ts";
import {
  START,
  calmRows,
  dailyJob,
  judged,
  parser,
  plane,
  planes,
  sightingAt,
} from "./watch-fixture.ts";

function findings(...sightings: readonly Sighting[]) {
  const all = findingsOf(sightings, WATCH_LIMITS);
  return new Map(all.map(({ trouble, finding }) => [trouble, finding]));
}

const kinds = (...sightings: readonly Sighting[]) =>
  Object.fromEntries([...findings(...sightings)].map(([trouble, { kind }]) => [trouble, kind]));

function whatOf(trouble: string, ...sightings: readonly Sighting[]): string {
  const finding = findings(...sightings).get(trouble);
  return finding?.kind === "bad"
    ? `${finding.what} | ${finding.users}`
    : (finding?.kind ?? "absent");
}

describe("findingsOf", () => {
  it("finds nothing wrong with a service that is well", () => {
    expect(kinds(sightingAt(0), sightingAt(5))).toEqual({
      availability: "good",
      stream: "good",
      lag: "good",
      freshness: "good",
      restarts: "good",
      "no-verdict": "good",
    });
  });

  it("says nothing of what gave no answer", () => {
    const blind = { dataPlanes: new Map(), parsers: new Map(), feedAges: new Map(), rows: null };
    expect(new Set(Object.values(kinds(sightingAt(0, blind))))).toEqual(new Set(["unclear"]));
    expect(findingsOf([], WATCH_LIMITS).map(({ finding }) => finding.kind)).toEqual(
      Array.from({ length: 6 }, () => "unclear"),
    );
  });

  it("names a command that works without Postgres where the stream stands still because of that", () => {
    const lookOf = (trouble: string) =>
      findings(sightingAt(0, parser({ troubles: [trouble] }))).get("stream");
    expect(lookOf("postgres")).toHaveProperty("look", "canarec doctor");
    expect(lookOf("kafka")).not.toHaveProperty("look");
  });

  it("takes an effect for what it is while its cause is seen", () => {
    const rows = { ...calmRows, releases: [judged] };
    const down = { ...parser({ troubles: ["postgres"], lagSeconds: 99 }), probeSeconds: 99, rows };
    expect(kinds(sightingAt(400, down))).toMatchObject({
      stream: "bad",
      lag: "unclear",
      freshness: "unclear",
      "no-verdict": "unclear",
    });
    const slow = { ...parser({ lagMessages: 9, lagSeconds: 99, written: 1 }), probeSeconds: 99 };
    const before = sightingAt(0, parser({ lagMessages: 9 }));
    expect(kinds(before, sightingAt(60, slow))).toMatchObject({ lag: "bad", freshness: "unclear" });
  });
});

describe("availability", () => {
  it("is bad when more than one answer in twenty within a minute is no replica's", () => {
    const before = sightingAt(0, planes(plane(1_000, 500, 100)));
    const after = (...counts: Parameters<typeof plane>) => sightingAt(30, planes(plane(...counts)));
    expect(whatOf("availability", before, after(1_200, 506, 106))).toBe(
      "6 % of 200 answers of the last 60 s were made by no replica: 6 errors, 6 times the load balancer's own list | " +
        "6 % of those who ask; 3 % get an error, the others the most popular movies",
    );
    expect(kinds(before, after(1_200, 505, 100))["availability"]).toBe("unclear");
    expect(kinds(before, after(1_200, 502, 100))["availability"]).toBe("good");
    expect(kinds(before, after(1_019, 519, 100))["availability"]).not.toBe("bad");
  });

  it("counts a data plane that began anew from nothing, and forgets what is older than a minute", () => {
    const anew = sightingAt(30, planes(plane(100, 10)));
    expect(whatOf("availability", sightingAt(0, planes(plane(5_000, 5))), anew)).toContain(
      "10 errors",
    );
    const old = [sightingAt(0, planes(plane(0))), sightingAt(20, planes(plane(100, 100)))];
    const now = [sightingAt(90, planes(plane(200, 100))), sightingAt(95, planes(plane(300, 100)))];
    expect(kinds(...old, ...now)["availability"]).toBe("good");
  });

  it("is bad when a data plane does not answer, whatever the others say", () => {
    expect(whatOf("availability", sightingAt(0, planes(plane(1), null)))).toBe(
      "1 of 2 load balancers do not answer on their admin ports: users may get nothing at all | " +
        "those whom the platform sends to 1 of 2",
    );
  });

  it("is bad when the platform's own lines say so", () => {
    const rows = { ...calmRows, platform: { answers: 40, failed: 4 } };
    expect(whatOf("availability", sightingAt(0, { rows }))).toBe(
      "The platform counts 4 of our last 40 answers as failed, more than we see ourselves | " +
        "10 % of those who ask, by the platform's own lines",
    );
    const few = { ...calmRows, platform: { answers: 19, failed: 19 } };
    expect(kinds(sightingAt(0, { rows: few }))["availability"]).not.toBe("bad");
  });
});

describe("the stream", () => {
  it("stands still when no parser answers, or one says why", () => {
    expect(whatOf("stream", sightingAt(0, parser(null)))).toContain("no stream parser answers");
    expect(whatOf("stream", sightingAt(0, parser({ troubles: ["kafka"] })))).toContain(
      "the parser waits because of kafka",
    );
  });

  it("stands still when messages wait and none is written for half a minute", () => {
    const waiting = { lagMessages: 80, written: 5 };
    const looks = [0, 10, 20, 31].map((at) => sightingAt(at, parser(waiting)));
    expect(whatOf("stream", ...looks)).toBe(
      "The stream stands still: 80 messages wait, and none was written for 30 s | " +
        "all who watch now: their lists know nothing of what they do, but are served",
    );
    expect(kinds(...looks.slice(0, 3))["stream"]).toBe("unclear");
    const moved = sightingAt(35, parser({ ...waiting, written: 6 }));
    expect(kinds(...looks, moved)["stream"]).toBe("good");
  });

  it("lags when the oldest message waits for more than a minute", () => {
    const looks = (lagSeconds: number) => [
      sightingAt(0, parser({ lagMessages: 1, written: 1 })),
      sightingAt(60, parser({ lagMessages: 9_000, lagSeconds, written: 2 })),
    ];
    expect(whatOf("lag", ...looks(812))).toBe(
      "The stream is 812 s behind: 9000 messages wait | " +
        "all who watched something in the last 812 s: their lists do not know it",
    );
    expect([kinds(...looks(60))["lag"], kinds(...looks(10))["lag"]]).toEqual(["unclear", "good"]);
  });
});

describe("freshness", () => {
  it("is bad while a replica hears no changes, or an event is not servable in time", () => {
    const blind = {
      feedAges: new Map([
        ["r1-1", 0],
        ["r1-2", null],
      ]),
    };
    expect(whatOf("freshness", sightingAt(0, blind))).toContain(
      "1 of 2 replicas hear no changes (r1-2)",
    );
    expect(whatOf("freshness", sightingAt(0, { probeSeconds: 31 }))).toContain(
      "an event on the stream is not servable after 31 s",
    );
    const old = { feedAges: new Map([["r1-1", 44]]) };
    expect(whatOf("freshness", sightingAt(0, old))).toContain("as they were 44 s ago");
    expect(kinds(sightingAt(0, { probeSeconds: 20 }))["freshness"]).toBe("unclear");
  });
});

describe("what Postgres says", () => {
  it("of replicas that end: three within ten minutes are a trouble", () => {
    const failures = [0, 1, 2].map((i) => ({
      name: `r7-${i}`,
      atMs: START,
      reason: "exited with 1",
    }));
    const rows = { ...calmRows, failures };
    expect(whatOf("restarts", sightingAt(600, { rows }))).toContain(
      "3 replicas ended within 10 minutes; the last: r7-0 exited with 1; r7-1 exited with 1; r7-2",
    );
    expect(kinds(sightingAt(601, { rows }))["restarts"]).toBe("good");
    const two = { ...calmRows, failures: failures.slice(1) };
    expect(kinds(sightingAt(5, { rows: two }))["restarts"]).toBe("unclear");
  });

  it("of verdicts: five minutes without one are a trouble", () => {
    const rows = { ...calmRows, releases: [judged] };
    expect(kinds(sightingAt(300, { rows }))["no-verdict"]).toBe("good");
    expect(whatOf("no-verdict", sightingAt(301, { rows }))).toBe(
      "Release 7 (evaluating) has had no verdict for 301 s: nobody judges it | 50 % of the users have it unjudged",
    );
  });

  it("of jobs: late after period, limit and margin, unless it fails, which is told already", () => {
    const due = 86_400 + 3_600 + 600;
    const look = (seconds: number, changes = {}) =>
      sightingAt(seconds, { rows: { ...calmRows, jobs: [{ ...dailyJob, ...changes }] } });
    expect(kinds(look(due))["job-late:backup"]).toBe("good");
    expect(whatOf("job-late:backup", look(due + 1))).toBe(
      "Job backup is late: its last success was at 2026-03-01 20:00:00 UTC, and one was due by 2026-03-02 21:10:00 UTC | none",
    );
    expect(kinds(look(due + 1, { isFailing: true }))["job-late:backup"]).toBe("unclear");
    expect(kinds(look(due + 1, { periodMs: undefined }))["job-late:backup"]).toBe("unclear");
    expect(kinds(look(5, { everSucceeded: false }))["job-late:backup"]).toBe("unclear");
    expect(whatOf("job-late:backup", look(due + 1, { everSucceeded: false }))).toContain(
      "it has not succeeded once since 2026-03-01 20:00:00 UTC",
    );
  });
});
