import { backoffMs } from "@canarec/service-kit/backoff";
import type { Logger } from "@canarec/service-kit/logging";
import { messageOf } from "@canarec/service-kit/errors";
import { Kafka, Partitioners, type Producer, logLevel } from "kafkajs";
import type { SimulatorMetrics } from "../metrics.ts";
import { createLineBuffer } from "./line-buffer.ts";

/** Writes lines to the stream's topic. Kafka may be away: it waits, goes on, and never throws. */
export interface Publisher extends AsyncDisposable {
  publish(line: string): void;
  /** Lines that wait. */
  buffered(): number;
  /** Whether the last batch was taken. */
  connected(): boolean;
}

export interface PublisherOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Of the topic, if it has to be made. */
  readonly partitions: number;
  readonly log: Logger;
  readonly metrics: SimulatorMetrics;
}

/** Three minutes of 1,000 lines a second. */
const BUFFERED_LINES = 200_000;
const BATCH_LINES = 5_000;
const PAUSE_MS = 100;
const BACKOFF = { baseMs: 200, maxMs: 5_000 };
const LAST_FLUSH_MS = 3_000;

export function openPublisher(options: PublisherOptions): Publisher {
  const { metrics, log } = options;
  const buffer = createLineBuffer(BUFFERED_LINES, (count) => metrics.linesDropped(count));
  const stop = new AbortController();
  const state = { connected: false, failures: 0 };
  const run = async () => {
    const sender = openSender(options);
    try {
      while (!stop.signal.aborted || (state.connected && buffer.size() > 0)) {
        const pauseMs = await flush(sender, buffer).then(
          (sent) => {
            if (!state.connected) log.info({ topic: options.topic }, "writing to Kafka");
            Object.assign(state, { connected: true, failures: 0 });
            metrics.linesSent(sent);
            return sent < BATCH_LINES ? PAUSE_MS : 0;
          },
          (failure: unknown) => {
            if (state.failures === 0) log.warn({ reason: messageOf(failure) }, "Kafka is away");
            metrics.sendFailed();
            state.connected = false;
            state.failures += 1;
            return backoffMs(state.failures - 1, BACKOFF, Math.random);
          },
        );
        await pause(pauseMs, stop.signal);
      }
    } finally {
      await sender.close();
    }
  };
  const running = run();
  return {
    publish: (line) => buffer.add(line),
    buffered: () => buffer.size(),
    connected: () => state.connected,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.race([running, pause(LAST_FLUSH_MS, new AbortController().signal)]);
    },
  };
}

/** Send the oldest lines. @returns how many; 0 proves the connection alone. */
async function flush(sender: Sender, buffer: ReturnType<typeof createLineBuffer>): Promise<number> {
  const lines = buffer.peek(BATCH_LINES);
  await sender.send(lines);
  buffer.drop(lines.length);
  return lines.length;
}

interface Sender {
  send(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Connects at the first batch, and again after each failure. */
function openSender({ brokers, topic, partitions }: PublisherOptions): Sender {
  const kafka = new Kafka({
    clientId: "canarec-simulator",
    brokers: [...brokers],
    logLevel: logLevel.NOTHING, // what matters is thrown, and said once by the caller
    connectionTimeout: 2_000,
    retry: { retries: 0 },
  });
  let producer: Producer | undefined;
  const connect = async () => {
    const admin = kafka.admin();
    await admin.connect();
    try {
      const topics = await admin.listTopics();
      if (!topics.includes(topic)) {
        await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
      }
    } finally {
      await admin.disconnect();
    }
    const made = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await made.connect();
    return made;
  };
  return {
    async send(lines) {
      producer ??= await connect();
      if (lines.length === 0) return;
      try {
        await producer.send({ topic, messages: lines.map((value) => ({ key: null, value })) });
      } catch (failure) {
        const broken = producer;
        producer = undefined;
        await broken.disconnect().catch(() => undefined);
        throw failure;
      }
    },
    close: async () => {
      await producer?.disconnect().catch(() => undefined);
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
