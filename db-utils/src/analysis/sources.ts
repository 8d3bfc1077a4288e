import type { Queryable } from "../queryable.ts";

/** How far a topic is written. */
export interface TopicProgress {
  /** The latest event of all partitions. */
  readonly highEventAt: Date | null;
  /** Of the partitions that move, the one that is farthest behind: all earlier events are there, but for late ones. */
  readonly completeTo: Date | null;
}

/** A partition that has not moved for so long while others did has nothing to read. */
const MOVING = "60 s";

/** Both times are null for a topic of which nothing is written. */
export async function topicProgress(client: Queryable, topic: string): Promise<TopicProgress> {
  const { rows } = await client.query<TopicProgress>(
    `select max(high_event_at) as "highEventAt",
            min(high_event_at) filter (where updated_at >= newest - interval '${MOVING}') as "completeTo"
     from (select *, max(updated_at) over () as newest from stream_offsets where topic = $1) p
     where high_event_at is not null`,
    [topic],
  );
  return rows[0] ?? { highEventAt: null, completeTo: null };
}
