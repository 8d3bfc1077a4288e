import type { Queryable } from "../queryable.ts";

/** Statistics of n movies as columns of n, in the order of movie keys. */
export interface StatisticsTable {
  readonly movieKeys: Int32Array;
  readonly watchers: Int32Array;
  readonly ratingCounts: Int32Array;
  /** In units of 1/20 of the scale. */
  readonly ratingSums: Float64Array;
  /** In units of 1/400. */
  readonly ratingSquareSums: Float64Array;
  /** Viewers of each hour, halved for every half-life since then, summed: at the moment of the reading. */
  readonly decayedViewers: Float64Array;
}

export interface StatisticsReading {
  /** The moment at which popularity is measured. Hours after it count in full. */
  readonly now: Date;
  readonly halfLifeHours: number;
  /** Only movies whose counts were written since; those of all others decay by the same factor. Default: all. */
  readonly changedSince?: Date | undefined;
}

/** Older hours weigh less than a thousandth, and there are very many of them. */
const HORIZON_HALF_LIVES = 10;

/** Bytes of one movie in the packed answer: int4 × 3, int8 × 2, float8. */
const ROW_BYTES = 36;

/**
 * Read the counts of all movies, or of those changed, and their decayed popularity. Comes as one packed value, because
 * parsing 27,000 rows would hold up a server's event loop for tens of milliseconds. Terms are added in order of hour,
 * so that equal counts give equal sums.
 */
export async function readStatistics(
  client: Queryable,
  { now, halfLifeHours, changedSince }: StatisticsReading,
): Promise<StatisticsTable> {
  const horizon = new Date(now.getTime() - HORIZON_HALF_LIVES * halfLifeHours * 3_600_000);
  const { rows } = await client.query<{ packed: Buffer | null }>(
    `select string_agg(int4send(movie_key) || int4send(watchers) || int4send(rating_count)
              || int8send(rating_sum) || int8send(rating_square_sum) || float8send(coalesce(decayed, 0)),
              ''::bytea order by movie_key) as packed
     from movie_statistics
     left join lateral (
       select sum(viewers * power(0.5::float8,
                greatest(0, date_part('epoch', $1::timestamptz - hour)) / 3600 / $2::float8) order by hour) as decayed
       from movie_hours where movie_hours.movie_key = movie_statistics.movie_key and hour > $3
     ) as recent on true
     where $4::timestamptz is null or updated_at >= $4`,
    [now, halfLifeHours, horizon, changedSince ?? null],
  );
  return decodeStatistics(rows[0]?.packed ?? Buffer.alloc(0));
}

function decodeStatistics(packed: Buffer): StatisticsTable {
  const n = packed.length / ROW_BYTES;
  const table = {
    movieKeys: new Int32Array(n),
    watchers: new Int32Array(n),
    ratingCounts: new Int32Array(n),
    ratingSums: new Float64Array(n),
    ratingSquareSums: new Float64Array(n),
    decayedViewers: new Float64Array(n),
  };
  for (let row = 0, at = 0; row < n; row += 1, at += ROW_BYTES) {
    table.movieKeys[row] = packed.readInt32BE(at);
    table.watchers[row] = packed.readInt32BE(at + 4);
    table.ratingCounts[row] = packed.readInt32BE(at + 8);
    table.ratingSums[row] = int64At(packed, at + 12);
    table.ratingSquareSums[row] = int64At(packed, at + 20);
    table.decayedViewers[row] = packed.readDoubleBE(at + 28);
  }
  return table;
}

/** Sums stay far below 2^53. */
function int64At(packed: Buffer, at: number): number {
  return packed.readInt32BE(at) * 2 ** 32 + packed.readUInt32BE(at + 4);
}
