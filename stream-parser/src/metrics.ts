import { Counter, Gauge, Histogram, type Registry } from "@canarec/service-kit/metrics";
import type { Trouble } from "./outages.ts";
import { REJECTION_REASONS, type RejectionReason } from "./parsing/rejection.ts";

export type TopicRole = "stream" | "exposures";

export interface CommitReport {
  readonly partition: number;
  /** Messages that are events, by kind, and rejections by reason. */
  readonly events: ReadonlyMap<string, number>;
  readonly rejections: ReadonlyMap<RejectionReason, number>;
  readonly seconds: number;
  /** From the newest message's time in Kafka until now; undefined where there is none. */
  readonly delaySeconds: number | undefined;
  /** When it was committed, and the latest event written, seconds since 1970. */
  readonly atSeconds: number;
  readonly eventSeconds: number | undefined;
}

export type LookupOutcome = "found" | "unknown" | "failed" | "limited";

const BATCH_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The service's instruments; one method per event. */
export function createStreamMetrics(registry: Registry) {
  const registers = [registry];
  const lines = new Counter({
    name: "canarec_stream_lines_total",
    help: "Messages written, by topic and outcome; `probe` is our own probe's",
    labelNames: ["topic", "outcome"],
    registers,
  });
  const rejected = new Counter({
    name: "canarec_stream_rejected_lines_total",
    help: "Messages rejected, by topic and reason",
    labelNames: ["topic", "reason"],
    registers,
  });
  const batches = new Histogram({
    name: "canarec_stream_batch_seconds",
    help: "From the beginning of a batch's transaction to its commit",
    labelNames: ["topic"],
    buckets: BATCH_BUCKETS,
    registers,
  });
  const progress = createProgressMetrics(registry);
  // A reason that never was before shall be seen as a rise from 0.
  for (const reason of REJECTION_REASONS) {
    const topic = reason === "bad_exposure" ? "exposures" : "stream";
    rejected.inc({ topic, reason }, 0);
  }
  const troubles = new Gauge({
    name: "canarec_stream_troubles",
    help: "What keeps the service from its work now: kafka, postgres, topic, consumer, writing",
    labelNames: ["trouble"],
    registers,
  });
  return {
    committed(topic: TopicRole, report: CommitReport): void {
      for (const [kind, count] of report.events) lines.inc({ topic, outcome: kind }, count);
      for (const [reason, count] of report.rejections) {
        lines.inc({ topic, outcome: "rejected" }, count);
        rejected.inc({ topic, reason }, count);
      }
      batches.observe({ topic }, report.seconds);
      progress(topic, report);
    },
    trouble(trouble: Trouble, isPresent: boolean): void {
      troubles.inc({ trouble }, isPresent ? 1 : -1);
    },
    ...createLagMetrics(registry),
    ...createIncidentMetrics(registry),
    ...createLookupMetrics(registry),
  };
}

export type StreamMetrics = ReturnType<typeof createStreamMetrics>;

/** How old what is written is, and when something was written last. */
function createProgressMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ["topic"] as const;
  const delay = new Histogram({
    name: "canarec_stream_commit_delay_seconds",
    help: "From a message's time in Kafka to its commit, of the newest message of each batch",
    ...{ labelNames, buckets: BATCH_BUCKETS, registers },
  });
  const committedAt = new Gauge({
    name: "canarec_stream_last_commit_timestamp_seconds",
    help: "When messages were committed last",
    ...{ labelNames, registers },
  });
  const eventAt = new Gauge({
    name: "canarec_stream_last_event_timestamp_seconds",
    help: "The latest event written by this process; the probe's lines are left out",
    ...{ labelNames, registers },
  });
  const latest = new Map<TopicRole, number>();
  return (topic: TopicRole, { delaySeconds, atSeconds, eventSeconds }: CommitReport) => {
    if (delaySeconds !== undefined) delay.observe({ topic }, Math.max(0, delaySeconds));
    committedAt.set({ topic }, atSeconds);
    if (eventSeconds === undefined || eventSeconds <= (latest.get(topic) ?? 0)) return;
    latest.set(topic, eventSeconds);
    eventAt.set({ topic }, eventSeconds);
  };
}

function createLagMetrics(registry: Registry) {
  const registers = [registry];
  const lag = new Gauge({
    name: "canarec_stream_lag_messages",
    help: "Messages in Kafka not yet written, by topic and partition",
    labelNames: ["topic", "partition"],
    registers,
  });
  const lagSeconds = new Gauge({
    name: "canarec_stream_lag_seconds",
    help: "Age of the last message written while others wait; 0 when none waits",
    labelNames: ["topic", "partition"],
    registers,
  });
  return {
    lagging(topic: TopicRole, partition: number, messages: number, seconds: number): void {
      lag.set({ topic, partition }, messages);
      lagSeconds.set({ topic, partition }, seconds);
    },
  };
}

function createIncidentMetrics(registry: Registry) {
  const registers = [registry];
  const skipped = new Counter({
    name: "canarec_stream_skipped_offsets_total",
    help: "Offsets that Kafka no longer had when they were to be read",
    labelNames: ["topic"],
    registers,
  });
  const madeAnew = new Counter({
    name: "canarec_stream_topics_made_anew_total",
    help: "Partitions read again from their beginning because the topic was deleted and made again",
    labelNames: ["topic"],
    registers,
  });
  const fenced = new Counter({
    name: "canarec_stream_fenced_batches_total",
    help: "Batches given up because another parser had advanced the partition",
    labelNames: ["topic"],
    registers,
  });
  const broken = new Counter({
    name: "canarec_stream_consumers_broken_total",
    help: "Kafka consumers that broke and were made anew",
    labelNames: ["topic"],
    registers,
  });
  const outside = new Counter({
    name: "canarec_stream_outside_window_total",
    help: "Watch hours and platform answers not kept because their day is past or too far ahead",
    registers,
  });
  const coalesced = new Counter({
    name: "canarec_stream_coalesced_lines_total",
    help: "Lines that another line of their batch made superfluous",
    registers,
  });
  return {
    skipped: (topic: TopicRole, offsets: number) => skipped.inc({ topic }, offsets),
    madeAnew: (topic: TopicRole) => madeAnew.inc({ topic }),
    fenced: (topic: TopicRole) => fenced.inc({ topic }),
    consumerBroken: (topic: TopicRole) => broken.inc({ topic }),
    outsideWindow: (count: number) => outside.inc(count),
    coalesced: (count: number) => coalesced.inc(count),
  };
}

function createLookupMetrics(registry: Registry) {
  const registers = [registry];
  const lookups = new Counter({
    name: "canarec_stream_lookups_total",
    help: "Movies and users asked for at the platform's metadata API, by outcome",
    labelNames: ["subject", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "canarec_stream_lookup_call_seconds",
    help: "Duration of one call of the metadata API",
    labelNames: ["subject"],
    registers,
  });
  return {
    lookedUp: (subject: "movie" | "user", outcome: LookupOutcome, count: number) =>
      lookups.inc({ subject, outcome }, count),
    lookupCall: (subject: "movie" | "user", duration: number) =>
      seconds.observe({ subject }, duration),
  };
}
