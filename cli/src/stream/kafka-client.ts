import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { Kafka, logLevel } from "kafkajs";

const CONNECT_TIMEOUT_MS = 3_000;

/** How long a client tries. */
export interface Patience {
  readonly retries: number;
  /** For an answer to each request. */
  readonly requestTimeoutMs: number;
}

const USUAL: Patience = { retries: 3, requestTimeoutMs: 30_000 };

/** A client that says nothing itself and does not try for long: a command's error is its last line. */
export function kafkaClient(brokers: readonly string[], patience = USUAL): Kafka {
  return new Kafka({
    clientId: "canarec-cli",
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: patience.requestTimeoutMs,
    retry: { retries: patience.retries, initialRetryTime: 200 },
  });
}

/** Next offset of each partition of a topic, by its number, as Kafka has it. */
export async function endOffsets(kafka: Kafka, topic: string): Promise<number[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    if (!(await admin.listTopics()).includes(topic)) {
      throw new ServiceError("not_found", `Kafka has no topic ${topic} (STREAM_TOPIC)`);
    }
    const offsets = await admin.fetchTopicOffsets(topic);
    const ends: number[] = [];
    for (const { partition, high } of offsets) ends[partition] = Number(high);
    return ends;
  } catch (thrown) {
    if (thrown instanceof ServiceError) throw thrown;
    throw new ServiceError("unavailable", `Kafka does not answer: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  } finally {
    await admin.disconnect();
  }
}
