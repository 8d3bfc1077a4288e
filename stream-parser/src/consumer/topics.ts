// NOTE: of this CommonJS module Node finds only some names; the rest come with its default.
import kafkajs, { type Kafka } from "kafkajs";

/** Make a topic, with the broker's defaults, if it is not there. */
export async function ensureTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic, numPartitions: -1, replicationFactor: -1 }],
      waitForLeaders: true,
    });
  } finally {
    await admin.disconnect();
  }
}

/** Whether Kafka answered that there is no such topic. */
export function isUnknownTopic(thrown: unknown): boolean {
  if (thrown instanceof kafkajs.KafkaJSProtocolError) return thrown.type === "UNKNOWN_TOPIC_OR_PARTITION";
  return thrown instanceof Error && thrown.cause !== undefined && isUnknownTopic(thrown.cause);
}
