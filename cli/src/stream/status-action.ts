import { setTimeout as sleep } from "node:timers/promises";
import {
  type StreamPosition,
  type StreamRepository,
  createStreamRepository,
} from "@canarec/db-utils/stream/repository";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted, grouped } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { endOffsets, kafkaClient } from "./kafka-client.ts";

interface Options extends CommonOptions {
  /** Over which the rate is measured. */
  readonly seconds: number;
}

/** What `canarec stream status` tells. */
export interface StreamStatus {
  readonly topic: string;
  /** Lines in Kafka that are not committed yet. */
  readonly lag: number;
  /** Committed while we watched. */
  readonly linesPerSecond: number;
  readonly linesTotal: number;
  readonly partitions: readonly {
    readonly partition: number;
    readonly nextOffset: number;
    readonly endOffset: number;
    readonly lag: number;
    readonly linesTotal: number;
    /** Null before the first line. */
    readonly highEventAt: Date | null;
    readonly updatedAt: Date | null;
  }[];
  /** Since the beginning, the most frequent reason first. */
  readonly rejected: readonly { readonly reason: string; readonly lines: number }[];
}

/** `canarec stream status` */
export async function statusAction(context: CliContext, options: Options): Promise<void> {
  const status = await withDatabase(context, options, async (database, servers) => {
    const stream = createStreamRepository(database);
    const topic = servers.streamTopic;
    const before = await stream.positions(topic);
    const started = performance.now();
    await sleep(options.seconds * 1_000, undefined, { signal: context.signal });
    const after = await stream.positions(topic);
    const seconds = (performance.now() - started) / 1_000;
    const ends = await endOffsets(kafkaClient(servers.brokers()), topic);
    const linesPerSecond = Math.round((linesOf(after) - linesOf(before)) / seconds);
    return statusFrom({ topic, positions: after, ends, linesPerSecond }, await rejected(stream));
  });
  printResult(context, options, status, inWords);
}

function rejected(stream: StreamRepository): Promise<StreamStatus["rejected"]> {
  return stream.rejectionsByReason(new Date(0));
}

function linesOf(positions: readonly StreamPosition[]): number {
  return positions.reduce((total, { linesTotal }) => total + linesTotal, 0);
}

function statusFrom(
  read: {
    topic: string;
    positions: readonly StreamPosition[];
    ends: readonly number[];
    linesPerSecond: number;
  },
  rejections: StreamStatus["rejected"],
): StreamStatus {
  const partitions = read.ends.map((endOffset, partition) => {
    const position = read.positions.find((one) => one.partition === partition);
    const nextOffset = position?.nextOffset ?? 0;
    return {
      partition,
      nextOffset,
      endOffset,
      lag: Math.max(0, endOffset - nextOffset),
      linesTotal: position?.linesTotal ?? 0,
      highEventAt: position?.highEventAt ?? null,
      updatedAt: position?.updatedAt ?? null,
    };
  });
  return {
    topic: read.topic,
    lag: partitions.reduce((total, { lag }) => total + lag, 0),
    linesPerSecond: read.linesPerSecond,
    linesTotal: linesOf(read.positions),
    partitions,
    rejected: rejections,
  };
}

function inWords(status: StreamStatus): string {
  const share = status.rejected.reduce((total, { lines }) => total + lines, 0);
  return [
    `Topic ${status.topic}: ${counted(status.linesTotal, "line")} committed, ${grouped(status.linesPerSecond)} lines/s, lag ${grouped(status.lag)}.`,
    "",
    table(
      ["partition", "next", "end", "lag", "events until", "committed"],
      status.partitions.map((one) => [
        String(one.partition),
        one.nextOffset,
        one.endOffset,
        one.lag,
        one.highEventAt?.toISOString() ?? null,
        one.updatedAt?.toISOString() ?? null,
      ]),
    ),
    "",
    share === 0
      ? "No line was rejected."
      : table(
          ["rejected for", "lines"],
          status.rejected.map(({ reason, lines }) => [reason, lines]),
        ),
  ].join("\n");
}
