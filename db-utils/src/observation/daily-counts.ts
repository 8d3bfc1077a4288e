import type { Queryable } from "../queryable.ts";
import { PROBE_USER_ID } from "../users/probe-user.ts";

/** How many of a kind there were in a day. */
export interface DailyCount {
  /** 0 is the newest day, the 24 hours before the end that was asked for; 1 the 24 hours before that. */
  readonly day: number;
  readonly kind: string;
  readonly count: number;
}

/** The `days` times 24 hours before `end`, which is the beginning of an hour: some counts are kept by hour. */
export interface DaySpan {
  readonly end: Date;
  readonly days: number;
  /** About how many rows of a large table are read at most, 2 million by default; blocks are drawn at random. */
  readonly mostRows?: number;
}

const MOST_ROWS = 2_000_000;

/** The number of the day that `at` lies in; $1 is the end. */
const DAY = "(ceil(extract(epoch from ($1::timestamptz - at)) / 86400) - 1)::int";
const WITHIN = "at >= $1::timestamptz - $2 * interval '24 hours' and at < $1";

/**
 * Lines of the stream by kind, counted by what they left behind: a watch line is a minute, a rating the latest of its
 * user and movie, an account the first of its user; rejected ones are by arrival, all others by event time. Of `watches`
 * and `platform_answers` 7 days are kept: more `days` than that are not whole.
 */
export async function dailyLines(client: Queryable, span: DaySpan): Promise<DailyCount[]> {
  const watches = await sampleOf(client, "watches", span);
  const ratings = await sampleOf(client, "interactions", span);
  const answers = await sampleOf(client, "platform_answers", span);
  return counts(
    client,
    `select hour as at, 'watch' as kind, (last_minute - first_minute + 1) * ${watches.weight} as count
       from ${watches.rows} where user_id <> ${PROBE_USER_ID}
     union all select rated_at, 'rating', ${ratings.weight} from ${ratings.rows}
     union all select answered_at, 'recommendation', ${answers.weight} from ${answers.rows}
     union all select account_created_at, 'account', 1 from users
     union all select hour, 'rejected', lines from rejection_counts`,
    span,
  );
}

/** Rejected lines by reason, by arrival. */
export async function dailyRejections(client: Queryable, span: DaySpan): Promise<DailyCount[]> {
  return counts(
    client,
    "select hour as at, reason as kind, lines as count from rejection_counts",
    span,
  );
}

/** Ratings by their value as it came, such as `3.5`. */
export async function dailyRatings(client: Queryable, span: DaySpan): Promise<DailyCount[]> {
  const { rows, weight } = await sampleOf(client, "interactions", span);
  return counts(
    client,
    `select rated_at as at, rating_raw::text as kind, ${weight} as count from ${rows}`,
    span,
  );
}

/**
 * Movies by the day in which they were first seen: `movies`, of these `known`, and of the known ones those of which a field
 * is there: `overview`, `year`, `language`, `runtime`, `poster`, `genres`, `people`. And `catalogue`: all that were there at
 * the end of the day.
 */
export async function dailyMovies(client: Queryable, span: DaySpan): Promise<DailyCount[]> {
  const { rows } = await client.query<DailyCount>(
    `with days as (
       select ${DAY} as day, count(*) as movies, count(*) filter (where known) as known,
         count(*) filter (where known and overview <> '') as overview,
         count(*) filter (where known and year is not null) as year,
         count(*) filter (where known and language <> '') as language,
         count(*) filter (where known and runtime_minutes > 0) as runtime,
         count(*) filter (where known and poster_path <> '') as poster,
         count(*) filter (where known and exists (select from movie_genres g where g.movie_key = m.movie_key)) as genres,
         count(*) filter (where known and exists (select from movie_people p where p.movie_key = m.movie_key)) as people
       from (select *, first_seen_at as at, metadata_state = 'known' as known from movies) m
       where ${WITHIN} group by 1),
     seen as (
       select ${DAY} as day, count(*) as count
       from (select first_seen_at as at from movies) m where at < $1 group by 1)
     select day, kind, value::float8 as count
       from days, jsonb_each_text(to_jsonb(days) - 'day') as field (kind, value)
     union all
     select day, 'catalogue', (select coalesce(sum(count), 0) from seen where seen.day >= one.day)::float8
       from generate_series(0, $2::int - 1) as one (day)`,
    [span.end, span.days],
  );
  return rows;
}

async function counts(
  client: Queryable,
  events: string,
  { end, days }: DaySpan,
): Promise<DailyCount[]> {
  const { rows } = await client.query<DailyCount>(
    `select ${DAY} as day, kind, sum(count)::float8 as count from (${events}) event
     where ${WITHIN} group by 1, 2`,
    [end, days],
  );
  return rows;
}

/** What to read a large table from, and how many rows of it each stands for; whole while it is small or unknown. */
async function sampleOf(
  client: Queryable,
  table: "interactions" | "platform_answers" | "watches",
  { mostRows = MOST_ROWS }: DaySpan,
): Promise<{ readonly rows: string; readonly weight: number }> {
  const { rows } = await client.query<{ rows: number }>(
    `select coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 as rows
     from pg_partition_tree($1::regclass) part join pg_class c on c.oid = part.relid where part.isleaf`,
    [table],
  );
  const known = rows[0]?.rows ?? 0;
  if (known <= mostRows) return { rows: table, weight: 1 };
  const share = mostRows / known;
  return {
    rows: `${table} tablesample system (${share * 100}) repeatable (1)`,
    weight: 1 / share,
  };
}
