import type { Transaction } from "@canarec/db-utils/database";
import { readStatistics } from "@canarec/db-utils/statistics/read-statistics";
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

export interface BundleInput extends BundleModel {
  /** The topic whose offsets are the watermark. Default: every one that is read. */
  readonly streamTopic?: string | undefined;
}

type Client = Transaction["client"];

/**
 * Watchers or raters that a movie needs which nobody could tell us about: a damaged line of the stream
 * invents a movie, but hardly ever the same one three times.
 */
const PLACEHOLDER_USERS = 3;

/**
 * Read everything that a bundle holds. Deterministic: the same tables give the same contents.
 *
 * @param client in a repeatable-read transaction, so that all of it is of one moment: the watermark's.
 */
export async function readContents(client: Client, input: BundleInput): Promise<BundleContents> {
  const { streamTopic, ...model } = input;
  const watermark = await readWatermark(client, streamTopic);
  const catalogue = await readCatalogue(client);
  const places = new Map(catalogue.map((movie, place) => [movie.movieKey, place]));
  const lists = await readNeighbours(client, model.collection, places);
  const statistics = await readCounts(client, { model, watermark, places });
  return { ...model, watermark, catalogue, ...lists, statistics };
}

async function readWatermark(client: Client, topic: string | undefined): Promise<Watermark> {
  const { rows } = await client.query<{ name: string; offset: number; high: Date | null }>(
    `select topic || '/' || partition as name, next_offset as offset, high_event_at as high
     from stream_offsets where $1::text is null or topic = $1
     order by topic, partition`,
    [topic ?? null],
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

/** Counts of each movie; its viewers are decayed to the latest event. */
async function readCounts(
  client: Client,
  input: { model: BundleModel; watermark: Watermark; places: ReadonlyMap<number, number> },
): Promise<BundleStatistics> {
  const counts = await readStatistics(client, {
    now: new Date(input.watermark.highEventAt ?? 0),
    halfLifeHours: input.model.ranking.popularityHalfLifeHours,
  });
  const n = input.places.size;
  const statistics = {
    watchers: new Int32Array(n),
    ratingCounts: new Int32Array(n),
    ratingSums: new Float64Array(n),
    ratingSquareSums: new Float64Array(n),
    viewers: new Float64Array(n),
  };
  counts.movieKeys.forEach((key, row) => {
    const place = input.places.get(key);
    if (place === undefined) return;
    statistics.watchers[place] = counts.watchers[row] ?? 0;
    statistics.ratingCounts[place] = counts.ratingCounts[row] ?? 0;
    statistics.ratingSums[place] = counts.ratingSums[row] ?? 0;
    statistics.ratingSquareSums[place] = counts.ratingSquareSums[row] ?? 0;
    statistics.viewers[place] = counts.decayedViewers[row] ?? 0;
  });
  return statistics;
}
