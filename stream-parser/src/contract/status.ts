/** What stream-parser answers to GET /status. */
export interface StreamStatus {
  /** What keeps the service from its work now: `kafka`, `postgres`, `topic movielog`. */
  readonly troubles: readonly string[];
  readonly topics: readonly TopicStatus[];
  /** Lines rejected in the last 24 hours, the most frequent reason first. */
  readonly rejectedLastDay: readonly { readonly reason: string; readonly lines: number }[];
}

export interface TopicStatus {
  readonly role: "stream" | "exposures";
  readonly topic: string;
  /** Written by this process, mean of the last ten seconds. */
  readonly linesPerSecond: number;
  readonly partitions: readonly PartitionStatus[];
}

export interface PartitionStatus {
  readonly partition: number;
  /** Whether this process reads it; another parser may. */
  readonly isOwned: boolean;
  /** Offset of the first message not written. */
  readonly nextOffset: number;
  readonly linesTotal: number;
  /** Latest event time written, ISO 8601. */
  readonly highEventAt: string | null;
  /** Null while Kafka has not told. */
  readonly lagMessages: number | null;
  /** Age of the last message written, while others wait; null where unknown. */
  readonly lagSeconds: number | null;
}
