import type { Transaction } from "@canarec/db-utils/database";
import {
  type BundleContents,
  type BundleStatistics,
  type CatalogueMovie,
  NEIGHBOURS,
  type RankingParameters,
  type Watermark,
} from "@canarec/inference/bundle/codec/index";

/** What a bundle is built of, beside the database. */
export interface BundleModel {
  /** Chroma collection whose neighbour lists are taken. */
  readonly collection: string;
  readonly textVersion: number;
  readonly modelVersion: string;
  readonly ranking: RankingParameters;
}

type Client = Transaction["client"];

/**
 * Watchers or raters that a movie needs which nobody could tell us about: a damaged line of the stream
 * invents a movie, but hardly ever the same one three times.
 */
const PLACEHOLDER_USERS = 3;

/** A viewer of 50 half-lives ago counts 10⁻¹⁵: as good as none, and out of reach of an underflow. */
const HALF_LIVES = 50;

/**
 * Read everything that a bundle holds. Deterministic: the same tables give the same contents.
 *
 * @param client in a repeatable-read transaction, so that all of it is of one moment: the watermark's.
 */
export async function readContents(client: Client, model: BundleModel): Promise<BundleContents> {
  const watermark = await readWatermark(client);
  const catalogue = await readCatalogue(client);
  const places = new Map(catalogue.map((movie, place) => [movie.movieKey, place]));
  const lists = await readNeighbours(client, model.collection, places);
  const statistics = await readStatistics(client, { model, watermark, places });
  return { ...model, watermark, catalogue, ...lists, statistics };
}

async function readWatermark(client: Client): Promise<Watermark> {
  const { rows } = await client.query<{ name: string; offset: number; high: Date | null }>(
    `select topic || '/' || partition as name, next_offset as offset, high_event_at as high
     from stream_offsets order by topic, partition`,
  );
  const highest = rows.reduce((high, row) => Math.max(high, row.high?.getTime() ?? 0), 0);
  return {
    offsets: Object.fromEntries(rows.map(({ name, offset }) => [name, offset])),
    highEventAt: highest === 0 ? null : new Date(highest).toISOString(),
  };
}

/** In order of keys: the movies that we know, and placeholders that enough users have seen. */
async function readCatalogue(client: Client): Promise<CatalogueMovie[]> {
  const { rows } = await client.query<CatalogueMovie>(
    `select m.movie_key as "movieKey", m.movie_id as "movieId", m.title, m.year,
       nullif(m.runtime_minutes, 0) as "runtimeMinutes",
       coalesce((select array_agg(g.name order by mg.position)
                 from movie_genres mg join genres g using (genre_key)
                 where mg.movie_key = m.movie_key), '{}') as genres
     from movies m left join movie_statistics s using (movie_key)
     where m.metadata_state = 'known'
        or m.metadata_state = 'placeholder' and greatest(s.watchers, s.rating_count) >= $1
     order by m.movie_key`,
    [PLACEHOLDER_USERS],
  );
  return rows;
}

/** Neighbours that are not in the catalogue are left out. */
async function readNeighbours(
  client: Client,
  collection: string,
  places: ReadonlyMap<number, number>,
): Promise<Pick<BundleContents, "neighbours" | "similarities">> {
  const neighbours = new Int32Array(places.size * NEIGHBOURS).fill(-1);
  const similarities = new Float32Array(places.size * NEIGHBOURS);
  const { rows } = await client.query<{ key: number; keys: number[]; cosines: number[] }>(
    `select movie_key as key, neighbours as keys, similarities as cosines
     from movie_neighbours where collection = $1`,
    [collection],
  );
  for (const { key, keys, cosines } of rows) {
    const place = places.get(key);
    if (place === undefined) continue;
    let at = place * NEIGHBOURS;
    keys.forEach((neighbourKey, rank) => {
      const neighbour = places.get(neighbourKey);
      if (neighbour === undefined) return;
      neighbours[at] = neighbour;
      similarities[at] = cosines[rank] ?? 0;
      at += 1;
    });
  }
  return { neighbours, similarities };
}

async function readStatistics(
  client: Client,
  input: { model: BundleModel; watermark: Watermark; places: ReadonlyMap<number, number> },
): Promise<BundleStatistics> {
  const n = input.places.size;
  const statistics = {
    watchers: new Int32Array(n),
    ratingCounts: new Int32Array(n),
    ratingSums: new Float64Array(n),
    ratingSquareSums: new Float64Array(n),
    viewers: new Float64Array(n),
  };
  const counts = await client.query<[number, number, number, number, number]>({
    text: "select movie_key, watchers, rating_count, rating_sum, rating_square_sum from movie_statistics",
    rowMode: "array",
  });
  for (const [key, watchers, ratings, sum, squares] of counts.rows) {
    const place = input.places.get(key);
    if (place === undefined) continue;
    statistics.watchers[place] = watchers;
    statistics.ratingCounts[place] = ratings;
    statistics.ratingSums[place] = sum;
    statistics.ratingSquareSums[place] = squares;
  }
  for (const { key, viewers } of await readViewers(client, input)) {
    const place = input.places.get(key);
    if (place !== undefined) statistics.viewers[place] = viewers;
  }
  return statistics;
}

/** Viewers decayed to the latest event; summed in order of hours, since sums of floats depend on it. */
async function readViewers(
  client: Client,
  { model, watermark }: { model: BundleModel; watermark: Watermark },
): Promise<{ key: number; viewers: number }[]> {
  const { rows } = await client.query<{ key: number; viewers: number }>(
    `select movie_key as key,
       sum(viewers * exp(ln(0.5::float8) * extract(epoch from $1::timestamptz - hour)::float8
         / (3600 * $2::float8)) order by hour) as viewers
     from movie_hours
     where hour > $1::timestamptz - make_interval(hours => $3)
     group by movie_key`,
    [
      watermark.highEventAt,
      model.ranking.popularityHalfLifeHours,
      Math.ceil(model.ranking.popularityHalfLifeHours * HALF_LIVES),
    ],
  );
  return rows;
}
