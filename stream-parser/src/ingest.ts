import { isConnectionFailure } from "@canarec/db-utils/connection-errors";
import type { Database } from "@canarec/db-utils/database";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import type { Logger } from "@canarec/service-kit/logging";
import type { Kafka } from "kafkajs";
import { fingerprint } from "./consumer/fingerprint.ts";
import {
  type ConsumerObserver,
  type TopicConsumer,
  startTopicConsumer,
} from "./consumer/topic-consumer.ts";
import { isUnknownTopic } from "./consumer/topics.ts";
import type { CommitReport, StreamMetrics, TopicRole } from "./metrics.ts";
import type { Outages } from "./outages.ts";
import { type RejectionReason, isRejection } from "./parsing/rejection.ts";
import { type Throughput, createThroughput } from "./throughput.ts";
import { commitBatch } from "./writer/commit-batch.ts";
import type { ParsedMessage } from "./writer/message.ts";
import { loadPosition } from "./writer/position.ts";
import type { TopicWriter } from "./writer/topic-writer.ts";

export interface IngestOptions<Event> {
  readonly role: TopicRole;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionMs: number;
  readonly kafka: Kafka;
  readonly db: Database;
  readonly writer: TopicWriter<Event>;
  readonly metrics: StreamMetrics;
  readonly outages: Outages;
  readonly log: Logger;
  readonly now: () => Date;
  /** Runs before the consumer joins, whenever it does. */
  readonly prepare?: () => Promise<void>;
}

/** One topic on its way into Postgres. */
export interface Ingest extends AsyncDisposable {
  readonly role: TopicRole;
  readonly topic: string;
  readonly consumer: TopicConsumer;
  readonly throughput: Throughput;
  /** Timestamp of the last message written of each partition, epoch milliseconds. */
  readonly writtenUpTo: ReadonlyMap<number, number>;
}

/** Join a topic's consumer with what writes its messages, and tell metrics and log of what happens. */
export function startIngest<Event extends object>(options: IngestOptions<Event>): Ingest {
  const { role, topic, groupId, sessionMs, kafka, db, writer, metrics, now } = options;
  const throughput = createThroughput(() => now().getTime());
  const writtenUpTo = new Map<number, number>();
  const consumer = startTopicConsumer<Event>({
    kafka,
    topic,
    groupId,
    sessionMs,
    prepare: options.prepare ?? (() => Promise.resolve()),
    parse: ({ offset, timestampMs, value }) => ({
      offset,
      timestampMs,
      value,
      outcome: writer.parse(value, timestampMs),
    }),
    loadPosition: (partition) => loadPosition(db, { topic, partition }),
    async commit(partition, batch) {
      const began = performance.now();
      const source = { topic, partition };
      const committed = await commitBatch({ source, ...batch }, { db, writer, now, fingerprint });
      if (committed === undefined) return undefined;
      const seconds = (performance.now() - began) / 1_000;
      const nowMs = now().getTime();
      const newestMs = committed.messages.at(-1)?.timestampMs;
      const atSeconds = nowMs / 1_000;
      const delaySeconds = newestMs && (nowMs - newestMs) / 1_000;
      const { high, ...tallied } = tally(committed.messages);
      const told = { partition, seconds, delaySeconds, atSeconds, eventSeconds: high };
      metrics.committed(role, { ...told, ...tallied });
      throughput.add(committed.messages.length);
      writtenUpTo.set(partition, newestMs ?? 0);
      return committed.position;
    },
    observe: consumerObserver(options),
  });
  return {
    role,
    topic,
    consumer,
    throughput,
    writtenUpTo,
    [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose](),
  };
}

function consumerObserver<Event>(options: IngestOptions<Event>): ConsumerObserver {
  const { role, topic, metrics, outages, log } = options;
  /** Times in a row that the consumer broke though Kafka answers. */
  let broken = 0;
  return {
    postgres(partition, failure) {
      tellOfWriting(outages, `${topic}/${partition}`, failure);
    },
    broken(failure) {
      metrics.consumerBroken(role);
      log.debug({ topic, err: failure }, "the consumer broke");
      broken = outages.current().includes("kafka") ? 0 : broken + 1;
      if (isUnknownTopic(failure)) outages.report("topic", failure, topic);
      else if (broken >= PERSISTENT) outages.report("consumer", failure, topic);
    },
    joined() {
      broken = 0;
      outages.recovered("topic", topic);
      outages.recovered("consumer", topic);
    },
    skipped(partition, offsets) {
      metrics.skipped(role, offsets);
      log.warn({ topic, partition, offsets }, "Kafka no longer has offsets that were not read");
    },
    madeAnew(partition) {
      metrics.madeAnew(role);
      log.warn({ topic, partition }, "the topic was made anew; reading it from its beginning");
    },
    fenced(partition) {
      metrics.fenced(role);
      log.info({ topic, partition }, "another parser has advanced; reading its position");
    },
  };
}

/** A consumer that broke so often in a row does so for a reason of its own: an outage of Kafka is told of earlier. */
const PERSISTENT = 5;

function tellOfWriting(outages: Outages, subject: string, failure: unknown): void {
  if (failure === undefined) {
    outages.recovered("postgres");
    outages.recovered("writing", subject);
  } else if (isConnectionFailure(failure)) {
    outages.report("postgres", failure);
  } else {
    outages.report("writing", failure, subject);
  }
}

function tally(
  messages: readonly ParsedMessage<object>[],
): Pick<CommitReport, "events" | "rejections"> & { readonly high: number | undefined } {
  const events = new Map<string, number>();
  const rejections = new Map<RejectionReason, number>();
  let highMs = -Infinity;
  for (const { outcome } of messages) {
    if (isRejection(outcome)) {
      rejections.set(outcome.reason, (rejections.get(outcome.reason) ?? 0) + 1);
    } else {
      const kind = kindOf(outcome);
      events.set(kind, (events.get(kind) ?? 0) + 1);
      if (kind !== "probe") highMs = Math.max(highMs, eventMs(outcome));
    }
  }
  return { events, rejections, high: Number.isFinite(highMs) ? highMs / 1_000 : undefined };
}

function kindOf(event: object): string {
  if ("userId" in event && event.userId === PROBE_USER_ID) return "probe";
  return "kind" in event ? String(event.kind) : "exposure";
}

/** When an event happened; NaN where it does not say. */
function eventMs(event: object): number {
  if ("atMs" in event) return Number(event.atMs);
  return "at" in event ? Date.parse(String(event.at)) : NaN;
}
