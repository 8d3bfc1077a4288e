import { createRegistry } from "@canarec/service-kit/metrics";
import { describe, expect, it } from "vitest";
import type { TrackAnswer } from "./metrics.ts";
import { createTrackMetrics } from "./track-metrics.ts";

const ANSWER: TrackAnswer = {
  ...{ track: "nightly", build: "abc", served: "nightly", reason: "ok", seconds: 0.05 },
  ...{ movies: 20, personalised: true, firstAttempt: "ok" },
};

describe("the metrics of a track", () => {
  it("count by the track that users are assigned to, whoever answered", async () => {
    const registry = createRegistry("load-balancer");
    const { trackAnswered } = createTrackMetrics(registry);
    trackAnswered(ANSWER);
    trackAnswered({
      ...ANSWER,
      ...{ served: "main", reason: "cross_track", personalised: false, firstAttempt: "timeout" },
    });
    trackAnswered({ ...ANSWER, movies: 0, reason: "client_closed", firstAttempt: undefined });
    const lines = (await registry.metrics()).split("\n");
    const valueOf = (name: string, ...labels: string[]) =>
      Number(
        lines
          .find((line) => line.startsWith(`${name}{`) && labels.every((one) => line.includes(one)))
          ?.split(" ")[1] ?? 0,
      );
    const answers = "canarec_track_answers_total";
    expect(valueOf(answers, 'build="abc"', 'reason="cross_track"')).toBe(1);
    expect(valueOf("canarec_track_first_attempts_total", 'result="timeout"')).toBe(1);
    expect(valueOf("canarec_track_first_attempts_total", 'result="ok"')).toBe(1);
    expect(valueOf("canarec_track_duration_seconds_count", 'track="nightly"')).toBe(3);
    expect(valueOf("canarec_list_length_movies_count", 'served="main"')).toBe(1);
    expect(valueOf("canarec_list_length_movies_bucket", 'le="19"', 'served="main"')).toBe(0);
    expect(valueOf("canarec_personalised_answers_total", 'personalised="false"')).toBe(1);
  });
});
