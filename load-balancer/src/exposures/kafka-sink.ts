import { type Producer, Kafka, logLevel } from "kafkajs";

/** One exposure on its way: its key decides the partition, so that a user's stay in order. */
export interface ExposureMessage {
  readonly key: string;
  readonly value: string;
}

/** Where exposures go. */
export interface ExposureSink extends AsyncDisposable {
  /** Resolves when every replica of the topic has them; rejects if that is not certain. */
  send(messages: readonly ExposureMessage[]): Promise<void>;
}

/** Partitions of the topic where it does not exist yet: enough for as many stream-parsers. */
const PARTITIONS = 4;

/** A broker that needs longer is away; what was sent to it is sent again later. */
const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 3_000;

/**
 * The exposure topic, made if it does not exist. Connects at the first send; after a failure the
 * connection is thrown away, so that the next send begins anew whatever became of the broker.
 */
export function createKafkaSink(brokers: readonly string[], topic: string): ExposureSink {
  let connected: Promise<Producer> | undefined;

  const discard = async () => {
    const producer = connected;
    connected = undefined;
    await producer?.then((p) => p.disconnect()).catch(() => undefined);
  };
  return {
    async send(messages) {
      connected ??= connect(brokers, topic);
      try {
        const producer = await connected;
        await producer.send({
          topic,
          acks: -1,
          timeout: REQUEST_TIMEOUT_MS,
          messages: messages.map(({ key, value }) => ({ key, value })),
        });
      } catch (failure) {
        void discard();
        throw failure;
      }
    },
    [Symbol.asyncDispose]: discard,
  };
}

async function connect(brokers: readonly string[], topic: string): Promise<Producer> {
  const kafka = new Kafka({
    clientId: "canarec-load-balancer",
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING, // the delivery tells of every change itself, once
  });
  await ensureTopic(kafka, topic);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

async function ensureTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = [{ topic, numPartitions: PARTITIONS }];
    await admin.createTopics({ topics, waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
