import { ServiceError } from "@canarec/service-kit/errors";
import { Kafka, logLevel } from "kafkajs";
import { type BrokerConnection, openBrokerConnection } from "./kafka/broker-connection.ts";
import { partitionOf } from "./kafka/partition-of.ts";
import { checkProduceAnswer, produceRequest } from "./kafka/produce-request.ts";
import { type Message, recordBatch } from "./kafka/record-batch.ts";

/** One exposure on its way: its key decides the partition, so that a user's stay in order. */
export type ExposureMessage = Message;

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

const CLIENT_ID = "canarec-load-balancer";

/**
 * The exposure topic, made if it does not exist. Connects at the first send; after a failure the
 * connections are thrown away, so that the next send begins anew whatever became of the brokers.
 */
export function createKafkaSink(brokers: readonly string[], topic: string): ExposureSink {
  let connected: Promise<TopicConnection> | undefined;

  const discard = async () => {
    const connection = connected;
    connected = undefined;
    await connection?.then((one) => one[Symbol.dispose]()).catch(() => undefined);
  };
  return {
    async send(messages) {
      connected ??= connect(brokers, topic);
      try {
        await (await connected).send(messages);
      } catch (failure) {
        void discard();
        throw failure;
      }
    },
    [Symbol.asyncDispose]: discard,
  };
}

/** Connections to the leaders of a topic's partitions. */
class TopicConnection implements Disposable {
  readonly #topic: string;
  /** By partition, from 0 on. */
  readonly #leaders: readonly BrokerConnection[];
  #correlationId = 0;

  constructor(topic: string, leaders: readonly BrokerConnection[]) {
    this.#topic = topic;
    this.#leaders = leaders;
  }

  async send(messages: readonly ExposureMessage[]): Promise<void> {
    const shares = this.#leaders.map((): ExposureMessage[] => []);
    for (const message of messages) shares[partitionOf(message.key, shares.length)]?.push(message);
    const nowMs = Date.now();
    const byLeader = new Map<BrokerConnection, Map<number, Buffer>>();
    for (const [partition, share] of shares.entries()) {
      const leader = this.#leaders[partition];
      if (leader === undefined || share.length === 0) continue;
      const batches = byLeader.get(leader) ?? new Map<number, Buffer>();
      byLeader.set(leader, batches.set(partition, recordBatch(share, nowMs)));
    }
    await Promise.all([...byLeader].map(([leader, batches]) => this.#produce(leader, batches)));
  }

  async #produce(leader: BrokerConnection, batches: ReadonlyMap<number, Buffer>): Promise<void> {
    const correlationId = (this.#correlationId = (this.#correlationId + 1) & 0x7fffffff);
    const request = { correlationId, topic: this.#topic, clientId: CLIENT_ID, batches };
    const chunks = produceRequest({ ...request, timeoutMs: REQUEST_TIMEOUT_MS });
    checkProduceAnswer(await leader.ask(correlationId, chunks));
  }

  [Symbol.dispose](): void {
    for (const leader of this.#leaders) leader[Symbol.dispose]();
  }
}

async function connect(brokers: readonly string[], topic: string): Promise<TopicConnection> {
  const leaders = await leadersOf(brokers, topic);
  const opened = new Map<string, Promise<BrokerConnection>>();
  const limits = { connectMs: CONNECT_TIMEOUT_MS, answerMs: REQUEST_TIMEOUT_MS };
  const connections = leaders.map(({ host, port }) => {
    const known = opened.get(`${host}:${port}`);
    const connection = known ?? openBrokerConnection({ host, port, ...limits });
    opened.set(`${host}:${port}`, connection);
    return connection;
  });
  try {
    return new TopicConnection(topic, await Promise.all(connections));
  } catch (failure) {
    for (const one of opened.values())
      void one.then((each) => each[Symbol.dispose]()).catch(() => undefined);
    throw failure;
  }
}

/** Where each partition's leader listens, from partition 0 on; the topic is made if it does not exist. */
async function leadersOf(brokers: readonly string[], topic: string) {
  const kafka = new Kafka({
    clientId: CLIENT_ID,
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING, // the delivery tells of every change itself, once
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = [{ topic, numPartitions: PARTITIONS }];
    await admin.createTopics({ topics, waitForLeaders: true });
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
    const cluster = await admin.describeCluster();
    const partitions = found[0]?.partitions ?? [];
    return partitions
      .toSorted((a, b) => a.partitionId - b.partitionId)
      .map(({ leader, partitionId }) => {
        const broker = cluster.brokers.find(({ nodeId }) => nodeId === leader);
        if (broker !== undefined) return broker;
        throw new ServiceError("unavailable", `partition ${partitionId} has no leader`);
      });
  } finally {
    await admin.disconnect();
  }
}
