import { Kafka, logLevel } from "kafkajs";

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
}

/**
 * Make the topics that are not there yet, with one copy each.
 *
 * @returns the names of those made.
 * @throws what the Kafka client throws where the brokers cannot be reached.
 */
export async function ensureTopics(
  brokers: readonly string[],
  wanted: readonly TopicPlan[],
): Promise<readonly string[]> {
  const kafka = new Kafka({
    clientId: "canarec-cluster",
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 3 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const present = new Set(await admin.listTopics());
    const absent = wanted.filter(({ topic }) => !present.has(topic));
    if (absent.length > 0)
      await admin.createTopics({ topics: absent.map(newTopic), waitForLeaders: true });
    return absent.map(({ topic }) => topic);
  } finally {
    await admin.disconnect();
  }
}

function newTopic({ topic, partitions }: TopicPlan) {
  return { topic, numPartitions: partitions, replicationFactor: 1 };
}
