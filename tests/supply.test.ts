import { describe, expect, it } from "vitest";
import { commentText } from "./supply/comment-text.ts";

const RUN = "https://host/a/b/actions/runs/1";

describe("commentText", () => {
  it("names the release, its bundle and what the gate said", () => {
    const printed = JSON.stringify({
      release: { releaseId: 7, bundleId: "3f2a" },
      rollout: { state: "warming" },
      gate: { verdict: "pass", reason: "ndcg@20 0.31, 0.30 on main" },
    });
    const text = commentText("release-recommender-nightly-7", printed, RUN);
    expect(text).toContain("`release-recommender-nightly-7` is release 7, warming; bundle `3f2a`.");
    expect(text).toContain("Offline gate: pass, ndcg@20 0.31, 0.30 on main.");
    expect(text).toContain(RUN);
  });

  it("names the service that took over", () => {
    const printed = JSON.stringify({
      serviceReleaseId: 2,
      service: "monitoring",
      state: "serving",
    });
    expect(commentText("release-monitoring-1", printed, RUN)).toContain(
      "monitoring is serving, release 2",
    );
  });

  it.each(["", "no JSON", "{}"])("says that nothing was released after %j", (printed) => {
    expect(commentText("release-parser-1", printed, RUN)).toContain("was not released");
  });
});
