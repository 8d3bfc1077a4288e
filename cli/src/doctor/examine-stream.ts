import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createStreamRepository } from "@canarec/db-utils/stream/repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Admin } from "kafkajs";
import { kafkaClient } from "../stream/kafka-client.ts";
import { type Finding, ok, problem } from "./finding.ts";
import { type PartitionOffsets, judgeOffsets } from "./judge.ts";

export interface StreamParts {
  readonly brokers: readonly string[];
  /** Topics that must be there; what Postgres has read of others is looked at, too. */
  readonly topic: string;
  /** Null: no address is known. */
  readonly databaseUrl: string | null;
  /** Where it does not answer. */
  readonly todo: string;
}

/** Somebody waits for the diagnosis: a broker that is there answers at once. */
const PATIENCE = { retries: 1, requestTimeoutMs: 3_000 };

/** Whether Kafka answers and has the topic, and where Postgres is in its log. */
export async function examineStream(parts: StreamParts): Promise<readonly Finding[]> {
  const admin = kafkaClient(parts.brokers, PATIENCE).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const answers = ok(
      "kafka",
      `${brokers.length} of ${parts.brokers.length} named answer as brokers`,
    );
    return [answers, ...(await examineTopics(admin, parts))];
  } catch (failure) {
    return [problem("kafka", `does not answer: ${messageOf(failure)}`, parts.todo)];
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function examineTopics(admin: Admin, parts: StreamParts): Promise<readonly Finding[]> {
  const known = new Set(await admin.listTopics());
  const missing = known.has(parts.topic)
    ? []
    : [
        problem(
          `topic ${parts.topic}`,
          "Kafka does not have it",
          "set STREAM_TOPIC to the platform's topic, or make it",
        ),
      ];
  const written = await positionsOf(parts.databaseUrl);
  if (written === undefined) return missing;
  const findings: Finding[] = [];
  for (const topic of new Set([parts.topic, ...written.map((position) => position.topic)])) {
    if (!known.has(topic) && topic === parts.topic) continue;
    const log = known.has(topic) ? await admin.fetchTopicOffsets(topic) : [];
    const positions = written.filter((position) => position.topic === topic);
    findings.push(...offsetsOf(topic, log, positions).map(judgeOffsets));
  }
  return [...missing, ...findings];
}

/** Undefined where Postgres cannot tell: that is said of Postgres already. */
async function positionsOf(databaseUrl: string | null) {
  if (databaseUrl === null) return undefined;
  try {
    await using database: Database = await openDatabase(databaseUrl, { max: 1 });
    return await createStreamRepository(database).positions();
  } catch {
    return undefined;
  }
}

function offsetsOf(
  topic: string,
  log: Awaited<ReturnType<Admin["fetchTopicOffsets"]>>,
  positions: readonly { readonly partition: number; readonly nextOffset: number }[],
): PartitionOffsets[] {
  const partitions = new Set([
    ...log.map(({ partition }) => partition),
    ...positions.map(({ partition }) => partition),
  ]);
  return [...partitions]
    .toSorted((a, b) => a - b)
    .map((partition) => {
      const has = log.find((one) => one.partition === partition);
      const next = positions.find((one) => one.partition === partition)?.nextOffset ?? null;
      return {
        ...{ topic, partition, next },
        log: has === undefined ? null : { low: Number(has.low), high: Number(has.high) },
      };
    });
}
