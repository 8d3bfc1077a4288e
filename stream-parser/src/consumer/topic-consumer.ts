import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { backoffMs } from "@canarec/service-kit/backoff";
import type { Position } from "../writer/position.ts";
import type { ParsedMessage } from "../writer/message.ts";
import { seekOffset } from "./admit.ts";
import { Lane, type LaneBatch, type RawMessage } from "./lane.ts";
import { pause } from "./pause.ts";

export interface TopicConsumerOptions<Event> {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  /** The partitions of a parser that was killed are given to another one after this. */
  readonly sessionMs: number;
  /** Runs before each attempt to join. */
  readonly prepare?: () => Promise<void>;
  /** Total. */
  readonly parse: (message: RawMessage) => ParsedMessage<Event>;
  /** @throws while Postgres is away. */
  readonly loadPosition: (partition: number) => Promise<Position>;
  /** @throws while Postgres is away. @returns undefined when another parser has advanced. */
  readonly commit: (partition: number, batch: LaneBatch<Event>) => Promise<Position | undefined>;
  readonly observe: ConsumerObserver;
}

export interface ConsumerObserver {
  /** Postgres did not take a batch or tell a position; with nothing: it did. */
  postgres(partition: number, failure?: unknown): void;
  /** The consumer broke, and is made anew. */
  broken(failure: unknown): void;
  /** It is a member of its group. */
  joined(): void;
  /** Offsets that were never read do not exist any more. */
  skipped(partition: number, offsets: number): void;
  /** The topic was deleted and made again. */
  madeAnew(partition: number): void;
  /** Another parser had advanced a partition that this one believed its own. */
  fenced(partition: number): void;
}

/** Where a partition of this consumer is. */
export interface LaneStatus {
  readonly partition: number;
  readonly written: Position;
}

export interface TopicConsumer extends AsyncDisposable {
  /** The partitions assigned to this consumer whose position is known. */
  lanes(): readonly LaneStatus[];
  /** Whether it is a member of its group now. */
  hasJoined(): boolean;
}

/** A batch is worth its transaction from this many bytes on, … */
const FETCH_MIN_BYTES = 32 * 1024;
/** … or after this time. */
const FETCH_WAIT_MS = 100;
/** About 10,000 lines. */
const FETCH_PARTITION_BYTES = 768 * 1024;

const REBALANCE_TIMEOUT_MS = 10_000;
/** Heartbeats in a session: one that is late ends nothing. */
const HEARTBEATS = 6;
const METADATA_AGE_MS = 30_000;

/** Partitions that one parser writes at the same time. */
const CONCURRENCY = 8;

const RESTART = { baseMs: 250, maxMs: 3_000 };

/**
 * Read a topic's partitions, as the consumer group assigns them, from the positions that Postgres has. Kafka's own
 * committed offsets play no part. A consumer that breaks is made anew, for ever.
 */
export function startTopicConsumer<Event>(options: TopicConsumerOptions<Event>): TopicConsumer {
  const stopping = new AbortController();
  const reader = new Reader(options, stopping.signal);
  const running = keepRunning(options, reader, stopping.signal);
  return {
    lanes: () => reader.lanes(),
    hasJoined: () => reader.hasJoined,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await reader.stopAll();
      await running;
    },
  };
}

async function keepRunning<Event>(
  options: TopicConsumerOptions<Event>,
  reader: Reader<Event>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await runOnce(options, reader, signal, () => (attempt = 0));
    } catch (failure) {
      options.observe.broken(failure);
    }
    await reader.stopAll();
    await pause(backoffMs(attempt, RESTART, Math.random), signal);
  }
}

/** One consumer, until it breaks (throws) or the signal is given (returns). */
async function runOnce<Event>(
  { kafka, topic, groupId, sessionMs, prepare }: TopicConsumerOptions<Event>,
  reader: Reader<Event>,
  signal: AbortSignal,
  onJoined: () => void,
): Promise<void> {
  await prepare?.();
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: Math.floor(sessionMs / HEARTBEATS),
    metadataMaxAge: METADATA_AGE_MS,
    allowAutoTopicCreation: false,
    minBytes: FETCH_MIN_BYTES,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_PARTITION_BYTES,
  });
  try {
    const broken = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        reject(payload.error);
      });
    });
    broken.catch(() => undefined); // it may break while connecting, which throws by itself
    consumer.on(consumer.events.GROUP_JOIN, () => {
      reader.begin(consumer);
      onJoined();
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch: (payload) => reader.read(payload),
    });
    await Promise.race([broken, aborted(signal)]);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}

/** How long to look for room before a heartbeat; well below the session timeout. */
const WAIT_SLICE_MS = 500;

/** The lanes of the current assignment, and what kafkajs calls with each fetched batch. */
class Reader<Event> {
  readonly #options: TopicConsumerOptions<Event>;
  readonly #signal: AbortSignal;
  readonly #lanes = new Map<number, Lane<Event>>();
  /** Lanes given up whose last batch may still be on its way. */
  readonly #ending = new Map<number, Promise<void>>();
  #consumer: Consumer | undefined;
  /** Counts assignments. */
  #assignment = 0;

  constructor(options: TopicConsumerOptions<Event>, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  lanes(): LaneStatus[] {
    return [...this.#lanes].map(([partition, { written }]) => ({ partition, written }));
  }

  /** A new assignment: every position is read anew, also of partitions that stay. */
  begin(consumer: Consumer): void {
    this.#consumer = consumer;
    this.#assignment += 1;
    for (const partition of [...this.#lanes.keys()]) this.#end(partition);
    this.#options.observe.joined();
  }

  get hasJoined(): boolean {
    return this.#consumer !== undefined;
  }

  async stopAll(): Promise<void> {
    this.#consumer = undefined;
    for (const partition of [...this.#lanes.keys()]) this.#end(partition);
    await Promise.all(this.#ending.values());
  }

  async read(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition } = batch;
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      await this.#open(partition, payload);
      return; // what was fetched began elsewhere
    }
    if (payload.isStale()) return;
    const admitted = lane.accept(batch.messages);
    if (admitted === "restart") {
      this.#options.observe.madeAnew(partition);
      this.#seek(partition, 0);
      return;
    }
    if (admitted > 0) this.#options.observe.skipped(partition, admitted);
    while (lane !== undefined && !(await lane.hasRoomWithin(WAIT_SLICE_MS))) {
      if (!payload.isRunning() || this.#signal.aborted) return;
      await payload.heartbeat();
      lane = this.#lanes.get(partition);
    }
  }

  async #open(partition: number, payload: EachBatchPayload): Promise<void> {
    const assignment = this.#assignment;
    const start = await this.#position(partition, payload);
    // The assignment may have changed meanwhile: then this lane is not ours to open.
    if (start === undefined || assignment !== this.#assignment) return;
    const lane = new Lane<Event>({
      parse: this.#options.parse,
      commit: (batch) => this.#options.commit(partition, batch),
      onFailure: (failure) => {
        this.#options.observe.postgres(partition, failure);
      },
      onCommitted: () => {
        this.#options.observe.postgres(partition);
      },
      onLost: () => {
        this.#options.observe.fenced(partition);
        this.#end(partition);
        this.#seek(partition, 0); // any offset: a fetch is what opens the lane anew
      },
      start,
    });
    this.#lanes.set(partition, lane);
    this.#seek(partition, seekOffset(lane.reading));
  }

  async #position(partition: number, payload: EachBatchPayload): Promise<Position | undefined> {
    while (payload.isRunning() && !this.#signal.aborted) {
      try {
        const ending = this.#ending.get(partition);
        if (ending === undefined) {
          const position = await this.#options.loadPosition(partition);
          this.#options.observe.postgres(partition);
          return position;
        }
        await Promise.race([ending, pause(WAIT_SLICE_MS, this.#signal)]);
      } catch (failure) {
        this.#options.observe.postgres(partition, failure);
        await pause(WAIT_SLICE_MS, this.#signal);
      }
      await payload.heartbeat();
    }
    return undefined;
  }

  #end(partition: number): void {
    const lane = this.#lanes.get(partition);
    if (lane === undefined) return;
    this.#lanes.delete(partition);
    const ended: Promise<void> = lane.stop().finally(() => {
      if (this.#ending.get(partition) === ended) this.#ending.delete(partition);
    });
    this.#ending.set(partition, ended);
  }

  #seek(partition: number, offset: number): void {
    this.#consumer?.seek({ topic: this.#options.topic, partition, offset: String(offset) });
  }
}
