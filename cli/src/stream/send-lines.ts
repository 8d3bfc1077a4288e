import { setTimeout as sleep } from "node:timers/promises";
import type { Kafka, Producer } from "kafkajs";
import type { ReplayLine } from "./replay-source.ts";

/** Lines of one request to Kafka: far below its limit of a megabyte for lines as they are. */
const BATCH_LINES = 2_000;
const BATCH_BYTES = 500_000;

/** Requests a second at least, so that a limited rate is even. */
const TURNS_PER_SECOND = 10;

export interface SendOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partitions: number;
  /** Most lines a second; as fast as it goes if undefined. */
  readonly rate: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

export interface Sent {
  readonly sent: number;
  /** Lines of the file that could not be made into a line of the stream. */
  readonly skipped: number;
  /** By partition, the offset after the last line that we sent there; undefined where we sent none. */
  readonly ends: readonly (number | undefined)[];
}

/** Send lines in order; those of one user to one partition, so that they stay so. */
export async function sendLines(
  lines: AsyncIterable<ReplayLine | undefined>,
  options: SendOptions,
): Promise<Sent> {
  const producer = options.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    return await sendAll(producer, lines, options);
  } finally {
    await producer.disconnect();
  }
}

async function sendAll(
  producer: Producer,
  lines: AsyncIterable<ReplayLine | undefined>,
  options: SendOptions,
): Promise<Sent> {
  const most = Math.ceil(Math.min(BATCH_LINES, (options.rate ?? Infinity) / TURNS_PER_SECOND));
  const ends: (number | undefined)[] = [];
  const started = performance.now();
  let [sent, skipped, bytes] = [0, 0, 0];
  let batch: ReplayLine[] = [];
  const flush = async () => {
    await sendBatch(producer, batch, { ...options, ends });
    sent += batch.length;
    [batch, bytes] = [[], 0];
    options.onProgress(sent);
    if (options.rate === undefined) return;
    const dueMs = started + (sent / options.rate) * 1_000;
    await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal: options.signal });
  };
  for await (const line of lines) {
    options.signal.throwIfAborted();
    if (line === undefined) {
      skipped += 1;
      continue;
    }
    batch.push(line);
    bytes += line.value.length;
    if (batch.length >= most || bytes >= BATCH_BYTES) await flush();
  }
  if (batch.length > 0) await flush();
  return { sent, skipped, ends };
}

async function sendBatch(
  producer: Producer,
  batch: readonly ReplayLine[],
  target: { topic: string; partitions: number; ends: (number | undefined)[] },
): Promise<void> {
  const counts = new Map<number, number>();
  const messages = batch.map(({ value, userId }, place) => {
    const partition = (userId ?? place) % target.partitions;
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
    return { value, partition };
  });
  const records = await producer.send({ topic: target.topic, messages, acks: -1 });
  for (const { partition, baseOffset } of records) {
    if (baseOffset === undefined) continue;
    target.ends[partition] = Number(baseOffset) + (counts.get(partition) ?? 0);
  }
}
