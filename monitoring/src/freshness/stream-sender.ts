import { type Producer, Kafka, Partitioners, logLevel } from "kafkajs";

const CONNECT_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** Puts lines on the platform's topic. */
export interface StreamSender extends AsyncDisposable {
  /** @throws where Kafka does not take it; the next call connects anew. */
  send(line: string): Promise<void>;
}

/** Connects with the first line. */
export function openStreamSender(brokers: readonly string[], topic: string): StreamSender {
  const kafka = new Kafka({
    clientId: "canarec-monitoring",
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING, // whoever sends tells of it, once
  });
  let producer: Producer | undefined;
  const discard = async () => {
    const old = producer;
    producer = undefined;
    await old?.disconnect().catch(() => undefined);
  };
  return {
    async send(line) {
      try {
        if (producer === undefined) {
          const createPartitioner = Partitioners.DefaultPartitioner;
          producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner });
          await producer.connect();
        }
        await producer.send({ topic, messages: [{ value: line }] });
      } catch (failure) {
        await discard();
        throw failure;
      }
    },
    [Symbol.asyncDispose]: discard,
  };
}
