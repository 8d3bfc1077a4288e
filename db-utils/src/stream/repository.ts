import type { Database } from "../database.ts";

/** How far one partition of a topic is written. */
export interface StreamPosition {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  /** Lines written since the topic's beginning. */
  readonly linesTotal: number;
  /** The latest event time seen. */
  readonly highEventAt: Date | null;
  readonly updatedAt: Date;
}

export interface RejectedLine {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly receivedAt: Date;
  readonly reason: string;
  /** The beginning of the line, as bytes. */
  readonly raw: Buffer;
  /** Length of the whole line. */
  readonly rawBytes: number;
}

export interface RejectionCount {
  readonly hour: Date;
  readonly reason: string;
  readonly lines: number;
}

export interface RejectionFilter {
  readonly reason?: string | undefined;
  readonly limit: number;
}

/** What the stream-parser has written about its own progress. It alone writes these tables. */
export interface StreamRepository {
  /** By topic and partition; of one topic, or of all. */
  positions(topic?: string): Promise<StreamPosition[]>;
  /** Rejected lines, the latest first. */
  rejections(filter: RejectionFilter): Promise<RejectedLine[]>;
  /** Rejected lines by reason since the hour of `since`, the most frequent first. */
  rejectionsByReason(since: Date): Promise<{ readonly reason: string; readonly lines: number }[]>;
  /** The same per hour, the latest hour first. */
  rejectionsByHour(since: Date): Promise<RejectionCount[]>;
}

export function createStreamRepository({ pool }: Pick<Database, "pool">): StreamRepository {
  return {
    async positions(topic) {
      const { rows } = await pool.query<StreamPosition>(
        `select topic, partition, next_offset as "nextOffset", lines_total as "linesTotal",
                high_event_at as "highEventAt", updated_at as "updatedAt"
         from stream_offsets where $1::text is null or topic = $1 order by topic, partition`,
        [topic ?? null],
      );
      return rows;
    },
    async rejections({ reason, limit }) {
      const { rows } = await pool.query<RejectedLine>(
        `select topic, partition, "offset", received_at as "receivedAt", reason, raw, raw_bytes as "rawBytes"
         from rejected_lines where $1::text is null or reason = $1
         order by received_at desc, topic, partition, "offset" desc limit $2`,
        [reason ?? null, limit],
      );
      return rows;
    },
    async rejectionsByReason(since) {
      const { rows } = await pool.query<{ reason: string; lines: number }>(
        `select reason, sum(lines) as lines from rejection_counts
         where hour >= date_trunc('hour', $1::timestamptz) group by reason order by lines desc, reason`,
        [since],
      );
      return rows;
    },
    async rejectionsByHour(since) {
      const { rows } = await pool.query<RejectionCount>(
        `select hour, reason, sum(lines) as lines from rejection_counts
         where hour >= date_trunc('hour', $1::timestamptz)
         group by hour, reason order by hour desc, lines desc, reason`,
        [since],
      );
      return rows;
    },
  };
}
