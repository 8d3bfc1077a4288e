import type { Database } from "@canarec/db-utils/database";
import { createStreamRepository } from "@canarec/db-utils/stream/repository";
import { Router } from "express";
import type { Probe } from "../consumer/probe.ts";
import type { StreamStatus, TopicStatus } from "../contract/status.ts";
import type { Ingest } from "../ingest.ts";
import type { Outages } from "../outages.ts";

export interface StatusSource {
  readonly db: Database;
  readonly ingests: readonly Ingest[];
  readonly probe: Probe;
  readonly outages: Outages;
  readonly now: () => Date;
}

const DAY_MS = 86_400_000;

/** GET /status: how far each topic is written, how fast, and what was rejected in the last day. */
export function statusRoute(source: StatusSource): Router {
  return Router().get("/status", async (_req, res) => {
    const { db, ingests, outages, now } = source;
    const repository = createStreamRepository(db);
    const status: StreamStatus = {
      troubles: outages.current(),
      topics: await Promise.all(ingests.map((ingest) => topicStatus(source, ingest))),
      rejectedLastDay: await repository.rejectionsByReason(new Date(now().getTime() - DAY_MS)),
    };
    res.json(status);
  });
}

async function topicStatus({ db, probe, now }: StatusSource, ingest: Ingest): Promise<TopicStatus> {
  const written = await createStreamRepository(db).positions(ingest.topic);
  const owned = new Set(ingest.consumer.lanes().map(({ partition }) => partition));
  const highs = probe.highOffsets(ingest.topic);
  const partitions = new Set([...highs.keys(), ...written.map(({ partition }) => partition)]);
  return {
    role: ingest.role,
    topic: ingest.topic,
    linesPerSecond: ingest.throughput.perSecond(),
    partitions: [...partitions]
      .sort((a, b) => a - b)
      .map((partition) => {
        const position = written.find((row) => row.partition === partition);
        const nextOffset = position?.nextOffset ?? 0;
        const lag = lagOf(ingest, { partition, nextOffset, high: highs.get(partition) }, now());
        return {
          partition,
          isOwned: owned.has(partition),
          nextOffset,
          linesTotal: position?.linesTotal ?? 0,
          highEventAt: position?.highEventAt?.toISOString() ?? null,
          ...lag,
        };
      }),
  };
}

interface PartitionEnds {
  readonly partition: number;
  readonly nextOffset: number;
  /** Undefined while Kafka has not said. */
  readonly high: number | undefined;
}

/** Messages not yet written, and the age of the last one written while there are any; null where unknown. */
export function lagOf(
  ingest: Ingest,
  { partition, nextOffset, high }: PartitionEnds,
  now: Date,
): { lagMessages: number | null; lagSeconds: number | null } {
  if (high === undefined) return { lagMessages: null, lagSeconds: null };
  const lagMessages = Math.max(0, high - nextOffset);
  if (lagMessages === 0) return { lagMessages, lagSeconds: 0 };
  const writtenMs = ingest.writtenUpTo.get(partition);
  const lagSeconds =
    writtenMs === undefined ? null : Math.max(0, (now.getTime() - writtenMs) / 1_000);
  return { lagMessages, lagSeconds };
}
