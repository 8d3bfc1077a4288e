import type { PoolClient } from "pg";
import { to } from "pg-copy-streams";
import { PROBE_USER_ID } from "../users/probe-user.ts";
import { readCopyRows } from "./copy-rows.ts";

/** One interaction as learning needs it. A reader gets the same object again and again, with other values. */
export interface StreamedInteraction {
  userId: number;
  movieKey: number;
  /** From 0; NaN where nothing was watched. */
  furthestMinute: number;
  /** Normalised, in (0, 1]; NaN where it was not rated. */
  rating: number;
  /** Of the latest event, in milliseconds since 1970. */
  atMs: number;
}

/** Postgres counts microseconds from 2000-01-01, UTC. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Ratings are twentieths of the scale; single precision does not hold those exactly. */
const RATING_UNITS = 20;

const LATEST = "greatest(last_watched_at, rated_at)";

/** Which interactions, by the time of their latest event; null: no bound. */
export interface EventPeriod {
  /** Not before it. */
  readonly since: Date | null;
  /** Before it. */
  readonly until: Date | null;
}

/**
 * Hand every interaction but the probe user's to `take`, users ascending and the movies of each ascending: binary COPY, of which
 * no more is in memory than a piece.
 *
 * @param client in a repeatable-read transaction where the number of rows must agree with countInteractions.
 */
export async function streamInteractions(
  client: PoolClient,
  period: EventPeriod,
  take: (interaction: Readonly<StreamedInteraction>) => void,
): Promise<void> {
  const query = `copy (select user_id, movie_key, furthest_minute, rating, ${LATEST}
    from interactions where ${within(period)} order by user_id, movie_key) to stdout (format binary)`;
  const row: StreamedInteraction = {
    userId: 0,
    movieKey: 0,
    furthestMinute: 0,
    rating: 0,
    atMs: 0,
  };
  await readCopyRows(client.query(to(query)), (fields) => {
    row.userId = fields.int64(0) ?? NaN;
    row.movieKey = fields.int32(1) ?? NaN;
    row.furthestMinute = fields.int32(2) ?? NaN;
    row.rating = Math.round((fields.float32(3) ?? NaN) * RATING_UNITS) / RATING_UNITS;
    row.atMs = POSTGRES_EPOCH_MS + Math.floor((fields.int64(4) ?? NaN) / 1_000);
    take(row);
  });
}

/** How many interactions streamInteractions gives. */
export async function countInteractions(
  client: Pick<PoolClient, "query">,
  period: EventPeriod,
): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*) as count from interactions where ${within(period)}`,
  );
  return rows[0]?.count ?? 0;
}

/** In SQL. COPY takes no parameters; the text of a Date has no quotes. */
function within({ since, until }: EventPeriod): string {
  const from = since === null ? "true" : `${LATEST} >= '${since.toISOString()}'`;
  const period = until === null ? from : `${from} and ${LATEST} < '${until.toISOString()}'`;
  return `user_id <> ${PROBE_USER_ID} and ${period}`;
}
