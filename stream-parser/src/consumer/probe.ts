import type { Admin, Kafka } from "kafkajs";
import type { Database } from "@canarec/db-utils/database";
import { pause } from "./pause.ts";
import { isUnknownTopic } from "./topics.ts";

export interface ProbeOptions {
  readonly kafka: Kafka;
  readonly db: Database;
  readonly topics: readonly string[];
  /** Called with what failed, or with nothing when it works. */
  readonly observe: {
    postgres(failure?: unknown): void;
    kafka(failure?: unknown): void;
  };
}

export interface Probe extends AsyncDisposable {
  /** The offset that the next message of each partition will get, as of the last look; empty where unknown. */
  highOffsets(topic: string): ReadonlyMap<number, number>;
}

const INTERVAL_MS = 2_000;

/** Ask Postgres and Kafka every two seconds whether they live, and Kafka how long its topics are. */
export function startProbe({ kafka, db, topics, observe }: ProbeOptions): Probe {
  const stopping = new AbortController();
  const highs = new Map<string, ReadonlyMap<number, number>>();
  const askPostgres = async () => {
    try {
      await db.pool.query("select 1");
      observe.postgres();
    } catch (failure) {
      observe.postgres(failure);
    }
  };
  const askKafka = async (topic: string) => {
    const admin = kafka.admin({ retry: { retries: 1 } });
    try {
      await admin.connect();
      for (;;) {
        highs.set(topic, await highOffsetsOf(admin, topic));
        observe.kafka();
        await pause(INTERVAL_MS, stopping.signal);
        if (stopping.signal.aborted) return;
      }
    } catch (failure) {
      highs.delete(topic);
      observe.kafka(isUnknownTopic(failure) ? undefined : failure); // it is Kafka who says so
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };
  const repeat = async (ask: () => Promise<void>) => {
    while (!stopping.signal.aborted) {
      await ask();
      await pause(INTERVAL_MS, stopping.signal);
    }
  };
  const running = Promise.all([
    repeat(askPostgres),
    ...topics.map((topic) => repeat(() => askKafka(topic))),
  ]);
  return {
    highOffsets: (topic) => highs.get(topic) ?? new Map<number, number>(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

async function highOffsetsOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, number>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}
