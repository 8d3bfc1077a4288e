import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS,
  type Registry,
} from "@canarec/service-kit/metrics";
import type { StreamEvent } from "@canarec/stream-parser/contract/event";

/** How a request for recommendations ended. */
export type AskOutcome = "list" | "refused" | "none";

/** What a user did with a list. */
export type VisitChoice = "recommended" | "browsed" | "nothing";

/** One method per event of the simulator. */
export interface SimulatorMetrics {
  lineMade(kind: StreamEvent["kind"], damaged: boolean): void;
  linesSent(count: number): void;
  linesDropped(count: number): void;
  sendFailed(): void;
  recommenderAnswered(outcome: AskOutcome, seconds: number): void;
  visited(choice: VisitChoice, minutes: number): void;
  metadataAnswered(path: "user" | "movie", status: number): void;
  stateSampled(state: { watching: number; users: number; movies: number; buffered: number }): void;
}

export function createSimulatorMetrics(registry: Registry): SimulatorMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `simulator_${name}_total`, help, labelNames, registers });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `simulator_${name}`, help, registers });
  const made = counter("lines", "Lines that the platform wrote", ["kind", "damaged"]);
  const sent = counter("lines_sent", "Lines acknowledged by Kafka");
  const dropped = counter("lines_dropped", "Lines lost because Kafka was away for too long");
  const failed = counter("send_failures", "Batches that Kafka did not take at once");
  const visits = counter("visits", "Visits by what the user chose", ["choice"]);
  const minutes = counter("visit_minutes", "Minutes watched by where the movie came from", [
    "choice",
  ]);
  const metadata = counter("metadata_answers", "Answers of the metadata API", ["path", "status"]);
  const answers = new Histogram({
    name: "simulator_recommender_answer_seconds",
    help: "Time until the recommender answered, by outcome",
    labelNames: ["outcome"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const watching = gauge("watching", "Users in the middle of a movie");
  const users = gauge("users", "Users of the platform");
  const movies = gauge("movies", "Movies of the platform");
  const buffered = gauge("buffered_lines", "Lines that wait for Kafka");
  return {
    lineMade: (kind, damaged) => made.inc({ kind, damaged: String(damaged) }),
    linesSent: (count) => sent.inc(count),
    linesDropped: (count) => dropped.inc(count),
    sendFailed: () => failed.inc(),
    recommenderAnswered: (outcome, seconds) => answers.observe({ outcome }, seconds),
    visited(choice, watched) {
      visits.inc({ choice });
      minutes.inc({ choice }, watched);
    },
    metadataAnswered: (path, status) => metadata.inc({ path, status }),
    stateSampled(state) {
      watching.set(state.watching);
      users.set(state.users);
      movies.set(state.movies);
      buffered.set(state.buffered);
    },
  };
}
