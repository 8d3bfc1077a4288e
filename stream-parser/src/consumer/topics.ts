import type { Kafka } from "kafkajs";

/** Make a topic, with the broker's defaults, if it is not there. */
export async function ensureTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic, numPartitions: -1, replicationFactor: -1 }],
      waitForLeaders: false, // whoever joins waits for them anyway
    });
  } finally {
    await admin.disconnect();
  }
}

/** Whether Kafka answered that there is no such topic. */
export function isUnknownTopic(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ("type" in thrown && thrown.type === "UNKNOWN_TOPIC_OR_PARTITION") return true;
  return thrown.cause !== undefined && isUnknownTopic(thrown.cause);
}
