import { Counter, Histogram, LATENCY_BUCKETS, type Registry } from "@canarec/service-kit/metrics";
import type { LoadBalancerMetrics } from "./metrics.ts";

/** Lengths of lists: the platform asks for 20. */
const LENGTHS = [0, 1, 5, 10, 15, 19, 20, 50, 100];

/** What answers to /recommend are like, by the track that their users are assigned to. */
export function createTrackMetrics(registry: Registry): Pick<LoadBalancerMetrics, "trackAnswered"> {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const answers = counter(
    "canarec_track_answers_total",
    "Answers to users assigned to a track, by the build that was asked first and how they came about",
    ["track", "build", "reason"],
  );
  const first = counter(
    "canarec_track_first_attempts_total",
    "First attempts for users assigned to a track, by build and how they ended",
    ["track", "build", "result"],
  );
  const personal = counter(
    "canarec_personalised_answers_total",
    "Answers with a list, by whether what is known of the user is in it",
    ["track", "personalised"],
  );
  const seconds = new Histogram({
    name: "canarec_track_duration_seconds",
    help: "From the arrival of a request to the last byte of its answer, whoever gave it",
    labelNames: ["track", "build"] as const,
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const lengths = new Histogram({
    name: "canarec_list_length_movies",
    help: "Movies in the lists that were answered",
    labelNames: ["served"] as const,
    buckets: LENGTHS,
    registers,
  });
  return {
    trackAnswered({ track, build, reason, ...answer }) {
      answers.inc({ track, build, reason });
      if (answer.firstAttempt !== undefined) {
        first.inc({ track, build, result: answer.firstAttempt });
      }
      seconds.observe({ track, build }, answer.seconds);
      if (reason === "client_closed") return;
      lengths.observe({ served: answer.served }, answer.movies);
      if (answer.movies > 0) personal.inc({ track, personalised: String(answer.personalised) });
    },
  };
}
